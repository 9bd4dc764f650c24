//! Access of handlers to the claims and the token.

use serde_json::json;

use super::app::ask;
use super::requests::{get, token, with_token};

#[actix_web::test]
async fn claims_that_fit_are_handed_out() {
    let answer = ask(with_token(get("/api/email"), &token(&json!({})))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (200, "ada@example.com")
    );
}

#[actix_web::test]
async fn claims_that_do_not_fit_are_refused_without_their_values() {
    for changes in [
        json!({"email": null}),
        json!({"email": {"secret-value": 1}}),
    ] {
        let answer = ask(with_token(get("/api/email"), &token(&changes))).await;
        assert_eq!(answer.status.as_u16(), 403);
        let said = format!("{answer:?}");
        assert!(
            !said.contains("secret-value") && !said.contains("email"),
            "{said}"
        );
    }
}

#[actix_web::test]
async fn a_preview_is_the_start_of_the_header() {
    let token = token(&json!({}));
    let answer = ask(with_token(get("/api/preview"), &token)).await;
    let (header, rest) = token.split_once('.').unwrap();
    assert_eq!(answer.body, format!("{}...", &header[..20]));
    assert!(!rest.contains(answer.body.trim_end_matches('.')));
}
