//! Roles, permissions and scopes in every form but the right one.

use serde_json::json;

use crate::call::Call;
use crate::case::Case;
use crate::contract::grants::{
    Grant, grants, grants_nothing, missing_grants_nothing, strange_claims_are_no_error,
};

/// Auth0 lets nobody put a claim `roles` into a token: it is namespaced.
const ROLES: Grant = Grant {
    claim: "https://example.com/roles",
    call: || Call::get("/api/admin/stats"),
    code: "missing_role",
    detail: "Missing required role: admin",
    scope: None,
};

const PERMISSIONS: Grant = Grant {
    claim: "permissions",
    call: || Call::get("/api/admin"),
    code: "missing_permission",
    detail: "Insufficient permissions. Admin access required.",
    scope: None,
};

const SCOPE: Grant = Grant {
    claim: "scope",
    call: || Call::get("/api/private-scoped/readonly"),
    code: "insufficient_scope",
    detail: "Missing required scopes: read:messages",
    scope: Some("read:messages"),
};

/// Needs both scopes.
const WRITE: Grant = Grant {
    claim: "scope",
    call: || Call::get("/api/private-scoped/write"),
    code: "insufficient_scope",
    detail: "Missing required scopes: read:messages",
    scope: Some("read:messages write:messages"),
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        missing_grants_nothing(ROLES),
        missing_grants_nothing(PERMISSIONS),
        missing_grants_nothing(SCOPE),
        grants("list", ROLES, json!(["user", "admin"])),
        grants("bare_string", ROLES, json!("admin")),
        grants("list", PERMISSIONS, json!(["admin:access"])),
        grants("string", SCOPE, json!("openid read:messages")),
        grants("list", SCOPE, json!(["read:messages"])),
        grants("both", WRITE, json!("write:messages read:messages")),
        grants_nothing("write_without_read", WRITE, json!("write:messages")),
    ];
    for (name, value) in [
        ("number", json!(5)),
        ("true", json!(true)),
        ("null", json!(null)),
        (
            "object",
            json!({"admin": true, "admin:access": true, "read:messages": true}),
        ),
        (
            "list_with_a_number",
            json!(["admin", "admin:access", "read:messages", 5]),
        ),
        (
            "list_in_a_list",
            json!([["admin", "admin:access", "read:messages"]]),
        ),
        ("empty_list", json!([])),
        (
            "names_between_commas",
            json!("admin,admin:access,read:messages"),
        ),
        (
            "other_case",
            json!(["Admin", "Admin:Access", "Read:Messages"]),
        ),
        (
            "name_with_more",
            json!(["admins", "admin:access2", "read:messages:all"]),
        ),
        (
            "name_with_a_space",
            json!(["admin ", " admin:access", "read:messages openid"]),
        ),
    ] {
        for grant in [ROLES, PERMISSIONS, SCOPE] {
            cases.push(grants_nothing(name, grant, value.clone()));
        }
    }
    for (name, value) in [
        ("bare_string_with_a_comma", "user, admin"),
        ("bare_string_with_a_space", "user admin"),
        ("bare_string_that_starts_with_it", "admin user"),
    ] {
        cases.push(grants_nothing(name, ROLES, json!(value)));
    }
    cases.push(strange_claims_are_no_error(
        &[
            "/api/private",
            "/api/profile",
            "/api/claims",
            "/api/token-info",
            "/api/auth0/roles",
            "/api/auth0/permissions",
        ],
        &[
            "name",
            "email",
            "email_verified",
            "picture",
            "azp",
            "client_id",
            "org_id",
            "permissions",
            "scope",
            "gty",
            "https://example.com/roles",
        ],
    ));
    cases
}
