//! Roles, permissions and scopes in every form but the right one.

use serde_json::json;

use crate::call::Call;
use crate::case::Case;
use crate::contract::grants::{
    Grant, grants, grants_nothing, missing_grants_nothing, strange_claims_are_no_error,
};
use crate::random::email;

const ROLES: Grant = Grant {
    claim: "roles",
    call: || Call::get("/api/admin/users"),
    code: "missing_role",
    detail: "Missing required role: admin",
    scope: None,
};

const PERMISSIONS: Grant = Grant {
    claim: "permissions",
    call: || Call::post(format!("/api/users?name=Grant&email={}", email("grant"))),
    code: "missing_permission",
    detail: "Missing required permission: users.create",
    scope: None,
};

const SCOPE: Grant = Grant {
    claim: "scope",
    call: || Call::get("/api/private-scoped/readonly"),
    code: "insufficient_scope",
    detail: "Missing required scopes: read:messages",
    scope: Some("read:messages"),
};

/// Met by a token without a `scope` claim too: one that cannot be read is not one that is missing.
const RIGHTS: Grant = Grant {
    claim: "scope",
    call: || Call::get("/api/descope/roles"),
    code: "insufficient_scope",
    detail: "Missing required scopes: descope.claims",
    scope: Some("descope.claims"),
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
        grants("list", PERMISSIONS, json!(["users.create"])),
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
            json!({"admin": true, "users.create": true, "read:messages": true}),
        ),
        (
            "list_with_a_number",
            json!(["admin", "users.create", "read:messages", 5]),
        ),
        (
            "list_in_a_list",
            json!([["admin", "users.create", "read:messages"]]),
        ),
        ("empty_list", json!([])),
        (
            "names_between_commas",
            json!("admin,users.create,read:messages"),
        ),
        (
            "other_case",
            json!(["Admin", "Users.Create", "Read:Messages"]),
        ),
        (
            "name_with_more",
            json!(["admins", "users.create2", "read:messages:all"]),
        ),
        (
            "name_with_a_space",
            json!(["admin ", " users.create", "read:messages openid"]),
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
    for (name, value) in [
        ("number_for_rights", json!(7)),
        ("null_for_rights", json!(null)),
        ("empty_for_rights", json!("")),
    ] {
        cases.push(grants_nothing(name, RIGHTS, value));
    }
    cases.push(strange_claims_are_no_error(
        &[
            "/api/private",
            "/api/me",
            "/api/claims",
            "/api/token-info",
            "/api/profile",
        ],
        &[
            "name",
            "email",
            "email_verified",
            "phone_number",
            "picture",
            "azp",
            "dct",
            "tenants",
            "roles",
            "permissions",
            "scope",
            "dsub",
            "nsec",
        ],
    ));
    cases
}
