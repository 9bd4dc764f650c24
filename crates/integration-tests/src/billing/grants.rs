//! The list claim that grants scopes, in forms that are none.

use serde_json::json;

use crate::call::Call;
use crate::case::Case;
use crate::contract::grants::{
    Grant, grants, grants_nothing, missing_grants_nothing, strange_claims_are_no_error,
};

const READ: Grant = Grant {
    claim: "scopes",
    call: || Call::get("/billing/"),
    code: "insufficient_scope",
    detail: "Not enough permissions",
    scope: Some("example_service.billing.read"),
};

pub(super) fn cases() -> Vec<Case> {
    let read = "example_service.billing.read";
    vec![
        missing_grants_nothing(READ),
        grants("list", READ, json!(["other", read])),
        grants_nothing("object", READ, json!({read: true})),
        grants_nothing("list_with_a_number", READ, json!([read, 5])),
        grants_nothing("list_in_a_list", READ, json!([[read]])),
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
