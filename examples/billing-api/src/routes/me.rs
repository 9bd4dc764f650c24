//! The route that shows the caller.

use actix_web::{get, web};
use identity_actix::Caller;
use serde::Serialize;
use utoipa::ToSchema;

/// What this service reads from the caller's token. Look here first when a scope seems to be missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    subject: String,
    /// From the claim set by ORGANIZATION_CLAIM; `null` if it is missing or not a string.
    org_id: Option<String>,
    /// From the claims set by SCOPES_CLAIM.
    #[schema(example = json!(["example_service.billing.read"]))]
    scopes: Vec<String>,
    /// From the claims set by ROLES_CLAIM.
    #[schema(example = json!(["owner"]))]
    roles: Vec<String>,
    /// From the claims set by PERMISSIONS_CLAIM.
    #[schema(example = json!(["invoices.read"]))]
    permissions: Vec<String>,
}

/// Show the caller with their roles and scopes
#[utoipa::path(tag = "token", responses((status = 200, description = "The caller", body = Me)))]
#[get("/me")]
pub async fn me(caller: Caller) -> web::Json<Me> {
    let principal = caller.principal();
    web::Json(Me {
        subject: principal.subject.clone(),
        org_id: principal.current_tenant.clone(),
        scopes: principal.scopes.clone(),
        roles: principal.roles.clone(),
        permissions: principal.permissions.clone(),
    })
}
