//! Routes that return the roles and permissions from the Auth0 token.

use actix_web::{get, web};
use identity_actix::Caller;
use serde::Serialize;
use utoipa::ToSchema;

/// The caller's roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    #[schema(example = json!(["admin"]))]
    roles: Vec<String>,
}

/// The caller's permissions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permissions {
    #[schema(example = json!(["admin:access"]))]
    permissions: Vec<String>,
}

/// The caller's roles, from the claim set by AUTH0_ROLES_CLAIM
#[utoipa::path(tag = "auth0", responses((status = 200, description = "The roles", body = Roles)))]
#[get("/auth0/roles")]
pub async fn roles(caller: Caller) -> web::Json<Roles> {
    web::Json(Roles {
        roles: caller.principal().roles.clone(),
    })
}

/// The caller's permissions
#[utoipa::path(tag = "auth0", responses((status = 200, description = "The permissions", body = Permissions)))]
#[get("/auth0/permissions")]
pub async fn permissions(caller: Caller) -> web::Json<Permissions> {
    web::Json(Permissions {
        permissions: caller.principal().permissions.clone(),
    })
}
