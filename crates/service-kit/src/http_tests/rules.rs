//! Authenticated callers who are not allowed.

use serde_json::{Value, json};

use super::app::ask;
use super::requests::{get, token, with_token};
use super::row::Row;

pub(super) fn rows() -> Vec<Row> {
    let denied = |why, path, granted: Value, code, detail: &str| {
        let request = with_token(get(path), &token(&granted));
        Row::new(why, request, code).answers(403, "Forbidden", detail)
    };
    let both = r#", scope="read:x write:x""#;
    vec![
        denied(
            "no scope",
            "/api/scopes",
            json!({}),
            "insufficient_scope",
            "Missing required scopes: read:x, write:x",
        )
        .challenged("insufficient_scope", both),
        denied(
            "one scope of two",
            "/api/scopes",
            json!({"scope": "read:x"}),
            "insufficient_scope",
            "Missing required scopes: write:x",
        )
        .challenged("insufficient_scope", both),
        denied(
            "no role",
            "/api/admin",
            json!({"scope": "admin", "permissions": ["admin"]}),
            "missing_role",
            "Missing required role: admin",
        )
        .challenged("insufficient_scope", ""),
        denied(
            "roles of the wrong type",
            "/api/admin",
            json!({"roles": 5}),
            "missing_role",
            "Missing required role: admin",
        )
        .challenged("insufficient_scope", ""),
        denied(
            "two roles in one text",
            "/api/admin",
            json!({"roles": "admin viewer"}),
            "missing_role",
            "Missing required role: admin",
        )
        .challenged("insufficient_scope", ""),
        denied(
            "no permission",
            "/api/users",
            json!({"roles": ["users.create"]}),
            "missing_permission",
            "Missing required permission: users.create",
        )
        .challenged("insufficient_scope", "")
        .posted(),
        denied(
            "another claim",
            "/api/acme",
            json!({"company": "evil"}),
            "access_denied",
            "Access denied",
        )
        .challenged("insufficient_scope", ""),
        denied(
            "a policy's own text",
            "/api/vip",
            json!({}),
            "missing_permission",
            "Members only.",
        )
        .challenged("insufficient_scope", ""),
        denied(
            "claims that do not fit",
            "/api/email",
            json!({"email": 5}),
            "access_denied",
            "Access denied",
        )
        .challenged("insufficient_scope", ""),
    ]
}

impl Row {
    fn posted(self) -> Self {
        Self {
            request: self.request.method(actix_web::http::Method::POST),
            ..self
        }
    }
}

#[actix_web::test]
async fn who_has_what_the_rule_asks_for_is_let_in() {
    for (path, granted) in [
        ("/api/scopes", json!({"scope": "write:x other read:x"})),
        ("/api/scopes", json!({"scope": ["read:x", "write:x"]})),
        ("/api/admin", json!({"roles": ["viewer", "admin"]})),
        ("/api/admin", json!({"roles": "admin"})),
        ("/api/acme", json!({"company": "acme"})),
        ("/api/vip", json!({"permissions": ["vip"]})),
    ] {
        let answer = ask(with_token(get(path), &token(&granted))).await;
        assert_eq!(answer.status.as_u16(), 200, "{path} {granted}: {answer:?}");
    }
}
