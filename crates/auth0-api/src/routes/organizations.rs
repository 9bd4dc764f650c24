//! Routes that return the caller's organization, and the caller's rights there.

use actix_web::{get, web};
use identity_actix::{Caller, RequireIn};
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::{EnterOrganization, EnterOrganizationAdminArea};

/// The organizations that the caller belongs to: the one for which the token was issued, if it was for one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organizations {
    organizations: Vec<OrganizationRights>,
}

/// An organization, and the caller's rights there.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationRights {
    #[schema(example = "org_9ybsU1dN2dKfDkBi")]
    id: String,
    /// Only if the tenant adds names to tokens.
    #[schema(example = "acme")]
    name: Option<String>,
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
    #[schema(example = json!(["admin:access"]))]
    permissions: Vec<String>,
}

/// The caller's roles in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationRoles {
    #[schema(example = "org_9ybsU1dN2dKfDkBi")]
    org_id: String,
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
}

/// The caller's permissions in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationPermissions {
    #[schema(example = "org_9ybsU1dN2dKfDkBi")]
    org_id: String,
    #[schema(example = json!(["admin:access"]))]
    permissions: Vec<String>,
}

/// A welcome to the administrators of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationAdmin {
    #[schema(example = "Welcome to the admin area of org_9ybsU1dN2dKfDkBi")]
    message: String,
}

/// The caller's organizations
///
/// A token of Auth0 is for one organization or for none.
#[utoipa::path(tag = "organizations", responses((status = 200, description = "The organizations with the caller's rights there", body = Organizations)))]
#[get("/organizations")]
pub async fn list(caller: Caller) -> web::Json<Organizations> {
    let name = caller.token().text("org_name");
    let principal = caller.principal();
    let organizations = principal.rights_by_tenant();
    let organizations = organizations.map(|(id, rights)| OrganizationRights {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        roles: rights.roles.to_vec(),
        permissions: rights.permissions.to_vec(),
    });
    web::Json(Organizations {
        organizations: organizations.collect(),
    })
}

/// The caller's roles in an organization
#[utoipa::path(
    tag = "organizations",
    params(("org_id" = String, Path, description = "The organization's id")),
    responses((status = 200, description = "The roles", body = OrganizationRoles)),
)]
#[get("/organizations/{org_id}/roles")]
pub async fn roles(caller: RequireIn<EnterOrganization>) -> web::Json<OrganizationRoles> {
    web::Json(OrganizationRoles {
        org_id: caller.tenant().to_string(),
        roles: caller.rights().roles.to_vec(),
    })
}

/// The caller's permissions in an organization
#[utoipa::path(
    tag = "organizations",
    params(("org_id" = String, Path, description = "The organization's id")),
    responses((status = 200, description = "The permissions", body = OrganizationPermissions)),
)]
#[get("/organizations/{org_id}/permissions")]
pub async fn permissions(
    caller: RequireIn<EnterOrganization>,
) -> web::Json<OrganizationPermissions> {
    web::Json(OrganizationPermissions {
        org_id: caller.tenant().to_string(),
        permissions: caller.rights().permissions.to_vec(),
    })
}

/// Enter the admin area of an organization
#[utoipa::path(
    tag = "organizations",
    params(("org_id" = String, Path, description = "The organization's id")),
    responses((status = 200, description = "Welcome", body = OrganizationAdmin)),
)]
#[get("/organizations/{org_id}/admin")]
pub async fn admin(caller: RequireIn<EnterOrganizationAdminArea>) -> web::Json<OrganizationAdmin> {
    web::Json(OrganizationAdmin {
        message: format!("Welcome to the admin area of {}", caller.tenant()),
    })
}
