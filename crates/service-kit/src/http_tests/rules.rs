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
    let create = "Missing required permission: users.create";
    vec![
        scopes(json!({}), "read:x, write:x"),
        scopes(json!({"scope": "read:x"}), "write:x"),
        admin(json!({"scope": "admin", "permissions": ["admin"]})),
        admin(json!({"roles": 5})),
        // Two roles in one text.
        admin(json!({"roles": "admin viewer"})),
        permission("/api/users", json!({"roles": ["users.create"]}), create).posted(),
        other("/api/acme", json!({"company": "evil"})),
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
