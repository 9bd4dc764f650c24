//! Who is calling.

use actix_web::{get, web};
use identity_actix::Caller;
use serde::Serialize;
use utoipa::ToSchema;

/// What this service reads from the caller's token: the first place to look when a scope seems to be missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    subject: String,
    /// `org_id`; `null` where it is missing or no text.
    org_id: Option<String>,
    /// From the claim that SCOPES_CLAIM names.
    #[schema(example = json!(["example_service.billing.read"]))]
    scopes: Vec<String>,
    /// From the claim that ROLES_CLAIM names.
    #[schema(example = json!(["owner"]))]
    roles: Vec<String>,
}

/// Who is calling, and with which rights
#[utoipa::path(tag = "token", responses((status = 200, description = "The caller", body = Me)))]
#[get("/me")]
pub async fn me(caller: Caller) -> web::Json<Me> {
    let principal = caller.principal();
    web::Json(Me {
        subject: principal.subject.clone(),
        org_id: principal.current_tenant.clone(),
        scopes: principal.scopes.clone(),
        roles: principal.roles.clone(),
    })
}
