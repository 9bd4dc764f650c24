//! Who acts for a caller, and whose tenant it is, in the log.

use serde_json::json;

use super::log::logged;
use super::requests::{get, token, with_token};

#[actix_web::test]
async fn who_acts_for_the_caller_is_logged_by_id() {
    let long = "x".repeat(100);
    for (act, expected) in [
        (
            json!({"sub": "agent-7", "name": "Secret Agent", "act": {"sub": "app"}}),
            Some("\"agent-7\""),
        ),
        (
            json!({"sub": "a\nlevel=ERROR"}),
            Some(r#""a\nlevel=ERROR""#),
        ),
        (json!({"sub": "C1@clients"}), Some("\"C1@clients\"")),
        (
            json!({"sub": "bob@example.com"}),
            Some("(withheld: it has an @)"),
        ),
        (
            json!({"sub": long}),
            Some(&*format!("\"{}\"..", "x".repeat(80))),
        ),
        (json!({"sub": 7}), None),
        (json!("agent-7"), None),
    ] {
        let request = with_token(get("/api/me"), &token(&json!({"act": act})));
        let (lines, _) = logged(request).await;
        let line = lines.with("http.status");
        assert_eq!(line["span"]["caller.actor"].as_str(), expected, "{act}");
        assert!(!lines.text().contains("Secret Agent"), "{act}");
    }
}

#[actix_web::test]
async fn the_tenant_of_others_is_logged_as_what_it_is() {
    let request = with_token(get("/api/orgs/org_2"), &token(&json!({"org_id": "org_1"})));
    let (lines, answer) = logged(request).await;
    let line = lines.with("access.reason");
    assert_eq!(line["access.reason"], "not_found");
    assert_eq!(line["message"], "access denied: Not a member of the tenant");
    assert_eq!(answer.json()["code"], "not_found");
}
