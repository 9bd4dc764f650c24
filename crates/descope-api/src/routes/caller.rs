//! Routes that show the caller and the token.

use actix_web::{get, web};
use identity_actix::{Bearer, Caller};
use identity_core::clock::Clock;
use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::TokenInfo;
use utoipa::ToSchema;

/// A summary of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = true)]
    authenticated: bool,
    #[schema(example = "Bearer")]
    authentication_type: &'static str,
    /// The name in the token, or the subject if there is none.
    name: String,
    /// The number of claims in the token.
    claims_count: usize,
}

/// All claims of the token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllClaims {
    claims: Map<String, Value>,
}

/// The user profile from the token. A missing claim is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    /// The Descope id of the user or access key.
    user_id: String,
    name: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    phone: Option<String>,
    picture: Option<String>,
    /// The tenant for which the token was issued.
    tenant: Option<String>,
    /// All tenants of the caller.
    tenants: Vec<String>,
}

/// Show the caller
#[utoipa::path(tag = "token", responses((status = 200, description = "The caller", body = Me)))]
#[get("/me")]
pub async fn me(caller: Caller) -> web::Json<Me> {
    let token = caller.token();
    web::Json(Me {
        authenticated: true,
        authentication_type: "Bearer",
        name: token.text("name").unwrap_or(token.subject()).to_owned(),
        claims_count: token.claims().len(),
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

/// Show the user profile from the token
#[utoipa::path(tag = "token", responses((status = 200, description = "The profile", body = Profile)))]
#[get("/profile")]
pub async fn profile(caller: Caller) -> web::Json<Profile> {
    let (token, principal) = (caller.token(), caller.principal());
    let text = |name| token.text(name).map(str::to_owned);
    web::Json(Profile {
        // A JWT template can change `sub`; the user id is then in `dsub`.
        user_id: text("dsub").unwrap_or_else(|| token.subject().to_owned()),
        name: text("name"),
        email: text("email"),
        email_verified: token.claim("email_verified").and_then(Value::as_bool),
        phone: text("phone_number"),
        picture: text("picture"),
        tenant: principal.current_tenant.clone(),
        tenants: principal.tenants.keys().cloned().collect(),
    })
}
