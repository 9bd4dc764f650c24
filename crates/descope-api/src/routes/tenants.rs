//! Routes that return the caller's tenants, and the caller's rights there.

use actix_web::{get, web};
use identity_actix::{Caller, RequireIn};
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::EnterTenant;

/// The tenants that the caller belongs to, by id.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tenants {
    tenants: Vec<TenantRights>,
}

/// A tenant, and the caller's rights there.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantRights {
    #[schema(example = "T2RFvFexVaxxNFK6rhP0ePtaGfTK")]
    id: String,
    /// Whether the token was issued for this tenant.
    is_current: bool,
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
    #[schema(example = json!(["users.create"]))]
    permissions: Vec<String>,
}

/// The caller's roles in a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantRoles {
    #[schema(example = "T2RFvFexVaxxNFK6rhP0ePtaGfTK")]
    tenant_id: String,
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
}

/// The caller's permissions in a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantPermissions {
    #[schema(example = "T2RFvFexVaxxNFK6rhP0ePtaGfTK")]
    tenant_id: String,
    #[schema(example = json!(["users.create"]))]
    permissions: Vec<String>,
}

/// The caller's tenants
///
/// Empty for a token that names no tenant, such as an access token without the scope `descope.claims`.
#[utoipa::path(tag = "tenants", responses((status = 200, description = "The tenants with the caller's rights there", body = Tenants)))]
#[get("/tenants")]
pub async fn list(caller: Caller) -> web::Json<Tenants> {
    let principal = caller.principal();
    let current = principal.current_tenant.as_deref();
    let tenants = principal
        .rights_by_tenant()
        .map(|(id, rights)| TenantRights {
            id: id.to_owned(),
            is_current: current == Some(id),
            roles: rights.roles.to_vec(),
            permissions: rights.permissions.to_vec(),
        });
    web::Json(Tenants {
        tenants: tenants.collect(),
    })
}

/// The caller's roles in a tenant
#[utoipa::path(
    tag = "tenants",
    params(("tenant_id" = String, Path, description = "The tenant's id")),
    responses((status = 200, description = "Roles in this tenant only", body = TenantRoles)),
)]
#[get("/tenants/{tenant_id}/roles")]
pub async fn roles(caller: RequireIn<EnterTenant>) -> web::Json<TenantRoles> {
    web::Json(TenantRoles {
        tenant_id: caller.tenant().to_string(),
        roles: caller.rights().roles.to_vec(),
    })
}

/// The caller's permissions in a tenant
#[utoipa::path(
    tag = "tenants",
    params(("tenant_id" = String, Path, description = "The tenant's id")),
    responses((status = 200, description = "Permissions in this tenant only", body = TenantPermissions)),
)]
#[get("/tenants/{tenant_id}/permissions")]
pub async fn permissions(caller: RequireIn<EnterTenant>) -> web::Json<TenantPermissions> {
    web::Json(TenantPermissions {
        tenant_id: caller.tenant().to_string(),
        permissions: caller.rights().permissions.to_vec(),
    })
}
