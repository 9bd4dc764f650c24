//! The list claim that holds scopes, in forms that are none.

use serde_json::json;

use crate::case::Case;
use crate::contract::rights::{
    Claim, grants, grants_nothing, missing_grants_nothing, strange_claims_are_no_error,
};
use crate::http::Call;
use crate::refusal::no_scope;

const SCOPE: &str = "example_service.billing.read";
const READ: Claim = Claim {
    name: "scopes",
    call: || Call::get("/billing/"),
    refusal: no_scope("Not enough permissions", SCOPE),
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        missing_grants_nothing(READ),
        grants("list", READ, json!(["other", SCOPE])),
        grants_nothing("object", READ, json!({SCOPE: true})),
        grants_nothing("list_with_a_number", READ, json!([SCOPE, 5])),
        grants_nothing("list_in_a_list", READ, json!([[SCOPE]])),
        grants_nothing("null", READ, json!(null)),
        strange_claims_are_no_error(
            &["/billing/me"],
            &[
                "scopes",
                "scope",
                "roles",
                "permissions",
                "org_id",
                "azp",
                "client_id",
            ],
        ),
    ]
}
