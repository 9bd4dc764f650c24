//! Roles, permissions and scopes in every form but the right one.

use crate::case::Case;
use crate::contract::rights::{Claim, Rights, strange_claims_are_no_error};
use crate::http::Call;
use crate::refusal::{NOT_ADMIN, denied};

/// Auth0 allows no claim `roles` of one's own in a token: it is namespaced.
const ROLES: Claim = Claim {
    name: "https://example.com/roles",
    call: || Call::get("/api/admin/stats"),
    refusal: NOT_ADMIN,
};

const PERMISSIONS: Claim = Claim {
    name: "permissions",
    call: || Call::get("/api/admin"),
    refusal: denied(
        "missing_permission",
        "Insufficient permissions. Admin access required.",
        None,
    ),
};

pub(super) fn cases() -> Vec<Case> {
    let rights = Rights {
        roles: ROLES,
        permissions: PERMISSIONS,
        permission: "admin:access",
    };
    let mut cases = rights.cases();
    #[rustfmt::skip]
    cases.push(strange_claims_are_no_error(
        &[
            "/api/private", "/api/profile", "/api/claims", "/api/token-info", "/api/auth0/roles", "/api/auth0/permissions",
        ],
        &[
            "name", "email", "email_verified", "picture", "azp", "client_id", "org_id", "permissions", "scope", "gty",
            "https://example.com/roles",
        ],
    ));
    cases
}
