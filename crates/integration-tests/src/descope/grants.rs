//! Roles, permissions and scopes in every form but the right one.

use serde_json::json;

use crate::case::{Case, email};
use crate::contract::rights::{Claim, Rights, grants_nothing, strange_claims_are_no_error};
use crate::http::Call;
use crate::refusal::{NO_CREATE, NOT_ADMIN, no_scope};

const ROLES: Claim = Claim {
    name: "roles",
    call: || Call::get("/api/admin/users"),
    refusal: NOT_ADMIN,
};

const PERMISSIONS: Claim = Claim {
    name: "permissions",
    call: || Call::post(format!("/api/users?name=Grant&email={}", email("grant"))),
    refusal: NO_CREATE,
};

/// Met by a token without a `scope` claim too: one that cannot be read is not one that is missing.
const RIGHTS: Claim = Claim {
    name: "scope",
    call: || Call::get("/api/descope/roles"),
    refusal: no_scope("Missing required scopes: descope.claims", "descope.claims"),
};

pub(super) fn cases() -> Vec<Case> {
    let rights = Rights {
        roles: ROLES,
        permissions: PERMISSIONS,
        permission: "users.create",
    };
    let mut cases = rights.cases();
    cases.push(grants_nothing("number_for_rights", RIGHTS, json!(7)));
    cases.push(grants_nothing("null_for_rights", RIGHTS, json!(null)));
    cases.push(grants_nothing("empty_for_rights", RIGHTS, json!("")));
    #[rustfmt::skip]
    cases.push(strange_claims_are_no_error(
        &["/api/private", "/api/me", "/api/claims", "/api/token-info", "/api/profile"],
        &[
            "name", "email", "email_verified", "phone_number", "picture", "azp", "dct", "tenants", "roles", "permissions",
            "scope", "dsub", "nsec",
        ],
    ));
    cases
}
