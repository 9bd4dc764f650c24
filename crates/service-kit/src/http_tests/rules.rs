//! Authenticated callers who are not allowed.

use serde_json::{Value, json};

use super::requests::{get, token, with_token};
use super::row::Row;

pub(super) fn rows() -> Vec<Row> {
    let denied = |path, granted: Value, code, detail: &str| {
        let request = with_token(get(path), &token(&granted));
        Row::new(format!("{path} with {granted}"), request, code).answers(403, "Forbidden", detail)
    };
    let scopes = |granted, missing| {
        let detail = format!("Missing required scopes: {missing}");
        denied("/api/scopes", granted, "insufficient_scope", &detail)
            .challenged("insufficient_scope", r#", scope="read:x write:x""#)
    };
    let plain = |path, granted, code, detail| {
        denied(path, granted, code, detail).challenged("insufficient_scope", "")
    };
    let admin = |granted| {
        let detail = "Missing required role: admin";
        plain("/api/admin", granted, "missing_role", detail)
    };
    let permission = |path, granted, detail| plain(path, granted, "missing_permission", detail);
    let other = |path, granted| plain(path, granted, "access_denied", "Access denied");
    let acme = "Access denied: requires claim company = acme";
    let outside = |path: &'static str, granted: Value| {
        let detail = format!("There is no {path}");
        denied(path, granted, "not_found", &detail).answers(404, "Not Found", &detail)
    };
    let step_up = |path, granted, words: &str, more| {
        let code = "insufficient_user_authentication";
        let detail = format!("Another sign-in is required: {words}");
        denied(path, granted, code, &detail)
            .answers(401, "Unauthorized", &detail)
            .challenged(code, more)
    };
    let member = |more: Value| {
        let mut claims = json!({"org_id": "a/b"});
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    let broken = "/api/orgs";
    let create = "Missing required permission: users.create";
    vec![
        scopes(json!({}), "read:x, write:x"),
        scopes(json!({"scope": "read:x"}), "write:x"),
        admin(json!({"scope": "admin", "permissions": ["admin"]})),
        admin(json!({"roles": 5})),
        // Two roles in one text.
        admin(json!({"roles": "admin viewer"})),
        permission("/api/users", json!({"roles": ["users.create"]}), create).posted(),
        plain(
            "/api/acme",
            json!({"company": "evil"}),
            "access_denied",
            acme,
        ),
        plain(
            "/api/acme",
            json!({"company": ["acme", 5]}),
            "access_denied",
            acme,
        ),
        // The tenant of others, or of nobody, however it is written; rights beside it do not help.
        outside("/api/orgs/org_2", member(json!({"roles": ["admin"]}))),
        outside("/api/orgs/a", member(json!({}))),
        outside("/api/orgs/a%252Fb", member(json!({}))),
        outside("/api/orgs/%FF", member(json!({}))),
        outside("/api/orgs/%00", json!({"org_id": "\0"})),
        outside("/api/orgs/%20", json!({"org_id": " "})),
        outside("/api/orgs/7", json!({"org_id": 7})),
        outside(
            "/api/orgs/org_2/users",
            member(json!({"permissions": ["users.create"]})),
        )
        .posted(),
        outside("/api/orgs/org_2/admin", json!({"roles": ["admin"]})),
        // A member without the right there.
        plain(
            "/api/orgs/a%2Fb/admin",
            member(json!({})),
            "missing_role",
            "Missing required role in the tenant: admin",
        ),
        permission(
            "/api/orgs/a%2Fb/users",
            member(json!({})),
            "Ask an administrator.",
        )
        .posted(),
        // A policy's own text is for 403 alone.
        step_up(
            "/api/orgs/a%2Fb/admin",
            member(json!({"roles": ["admin"]})),
            "within 5 min",
            r#", max_age="300""#,
        ),
        step_up(
            "/api/transfer",
            json!({"auth_time": "now"}),
            "within 5 min with acr mfa",
            r#", acr_values="mfa", max_age="300""#,
        ),
        step_up(
            "/api/transfer",
            json!({"acr": "mfa", "auth_time": 1}),
            "within 5 min",
            r#", max_age="300""#,
        ),
        // A mistake of the service lets nobody in.
        denied(broken, member(json!({})), "internal_error", "").answers(
            500,
            "Internal Server Error",
            "Internal error",
        ),
        // A policy's own text.
        permission("/api/vip", json!({}), "Members only."),
        // Claims that do not fit.
        other("/api/email", json!({"email": 5})),
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
async fn members_get_in_by_the_id_that_their_token_has() {
    for (path, id) in [
        ("/api/orgs/a%2Fb", "a/b"),
        ("/api/orgs/%C3%96%20%26%20S%C3%B6hne", "Ö & Söhne"),
        ("/api/orgs/org_1", "org_1"),
        ("/api/orgs/%252F", "%2F"),
    ] {
        let request = with_token(get(path), &token(&json!({"org_id": id})));
        let answer = super::app::Setup::default().ask(request).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, id), "{path}");
    }
}
