//! Routes that return the roles and permissions from the Descope token.

use actix_web::{get, web};
use identity_actix::Require;
use serde::Serialize;
use utoipa::ToSchema;

use crate::policies::SeeRights;

/// The caller's roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
}

/// The caller's permissions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permissions {
    #[schema(example = json!(["users.create"]))]
    permissions: Vec<String>,
}

/// The caller's roles
#[utoipa::path(tag = "descope", responses((status = 200, description = "Roles outside of tenants", body = Roles)))]
#[get("/descope/roles")]
pub async fn roles(caller: Require<SeeRights>) -> web::Json<Roles> {
    web::Json(Roles {
        roles: caller.principal().roles.clone(),
    })
}

/// The caller's permissions
#[utoipa::path(tag = "descope", responses((status = 200, description = "Permissions outside of tenants", body = Permissions)))]
#[get("/descope/permissions")]
pub async fn permissions(caller: Require<SeeRights>) -> web::Json<Permissions> {
    web::Json(Permissions {
        permissions: caller.principal().permissions.clone(),
    })
}
