//! Routes that show the caller and the token.

use actix_web::{get, web};
use identity_actix::{Bearer, Caller};
use identity_core::clock::Clock;
use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::TokenInfo;
use utoipa::ToSchema;

/// The caller's profile from the token. A missing claim is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    #[schema(example = "auth0|abc123def456")]
    user_id: String,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    picture: Option<String>,
    permissions: Vec<String>,
    scope: String,
    /// From the claim set by AUTH0_ROLES_CLAIM.
    roles: Vec<String>,
    /// The organization for which the token was issued.
    org_id: Option<String>,
}

/// All claims of the token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllClaims {
    claims: Map<String, Value>,
}

/// Show the caller's profile from the token
#[utoipa::path(tag = "token", responses((status = 200, description = "The profile", body = Profile)))]
#[get("/profile")]
pub async fn profile(caller: Caller) -> web::Json<Profile> {
    let (token, principal) = (caller.token(), caller.principal());
    let text = |name| token.text(name).map(str::to_owned);
    web::Json(Profile {
        user_id: principal.subject.clone(),
        email: text("email"),
        email_verified: token.claim("email_verified").and_then(Value::as_bool),
        name: text("name"),
        picture: text("picture"),
        permissions: principal.permissions.clone(),
        scope: principal.scopes.join(" "),
        roles: principal.roles.clone(),
        org_id: principal.current_tenant.clone(),
    })
}

/// All claims of the token
#[utoipa::path(tag = "token", responses((status = 200, description = "All claims", body = AllClaims)))]
#[get("/claims")]
pub async fn claims(caller: Caller) -> web::Json<AllClaims> {
    web::Json(AllClaims {
        claims: caller.token().claims().clone(),
    })
}

/// Show the size and lifetime of the token
#[utoipa::path(tag = "token", responses((status = 200, description = "About the token", body = TokenInfo)))]
#[get("/token-info")]
pub async fn token_info(
    caller: Caller,
    bearer: Bearer,
    clock: web::Data<dyn Clock>,
) -> web::Json<TokenInfo> {
    web::Json(TokenInfo::of(&caller, &bearer, clock.now()))
}
