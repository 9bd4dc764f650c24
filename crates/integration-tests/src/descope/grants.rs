//! Roles, permissions and scopes in every form but the right one.

use serde_json::json;

use crate::call::Call;
use crate::case::Case;
use crate::contract::grant_forms::Grants;
use crate::contract::grants::{Grant, grants_nothing, strange_claims_are_no_error};
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
    let mut cases = Grants {
        roles: ROLES,
        permissions: PERMISSIONS,
        permission: "users.create",
        scope: SCOPE,
        write: WRITE,
    }
    .cases();
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
