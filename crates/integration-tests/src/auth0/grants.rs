//! Roles, permissions and scopes in every form but the right one.

use crate::call::Call;
use crate::case::Case;
use crate::contract::grant_forms::Grants;
use crate::contract::grants::{Grant, strange_claims_are_no_error};

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
    let mut cases = Grants {
        roles: ROLES,
        permissions: PERMISSIONS,
        permission: "admin:access",
        scope: SCOPE,
        write: WRITE,
    }
    .cases();
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
