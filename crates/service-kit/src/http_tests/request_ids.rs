//! Each response has a request id.

use serde_json::json;

use super::app::{Setup, ask};
use super::requests::{get, token, with_token};

#[actix_web::test]
async fn an_error_names_its_request_in_header_and_body() {
    let mut seen = Vec::new();
    for path in ["/nothing", "/api/me", "/fail/broken", "/fail/broken"] {
        let answer = ask(get(path)).await;
        let id = answer.header("x-request-id").unwrap().to_owned();
        assert_eq!(answer.json()["request_id"], json!(id), "{path}");
        assert!(!seen.contains(&id), "{path}");
        seen.push(id);
    }
}

#[actix_web::test]
async fn good_answers_and_preflights_are_named_as_well() {
    let answer = ask(with_token(get("/api/me"), &token(&json!({})))).await;
    assert!(answer.header("x-request-id").is_some());
    let preflight = super::cors::preflight("https://app.example.com", "GET", "authorization");
    let answer = Setup::allowing(&["https://app.example.com"])
        .ask(preflight)
        .await;
    assert!(answer.header("x-request-id").is_some());
}

#[actix_web::test]
async fn an_id_that_the_client_sends_is_not_taken_over() {
    let theirs = "11111111-1111-1111-1111-111111111111";
    let request = get("/nothing")
        .insert_header(("x-request-id", theirs))
        .insert_header(("request-id", theirs))
        .insert_header((
            "traceparent",
            "00-11111111111111111111111111111111-1111111111111111-01",
        ));
    let answer = ask(request).await;
    assert!(!format!("{answer:?}").contains("11111111"), "{answer:?}");
}
