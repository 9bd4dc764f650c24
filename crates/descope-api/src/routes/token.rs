//! What the caller's token says.

use actix_web::{get, web};
use identity_actix::{Bearer, Caller};
use identity_core::Authenticated;
use identity_core::clock::Clock;
use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::TokenInfo;
use utoipa::ToSchema;

/// The caller, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = true)]
    authenticated: bool,
    #[schema(example = "Bearer")]
    authentication_type: &'static str,
    /// The name in the token, or else the subject.
    name: String,
    /// How many claims the token has.
    claims_count: usize,
}

/// All claims of the token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllClaims {
    claims: Map<String, Value>,
}

/// What the token says about the person. `null` where it says nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    /// Descope's id of the user or access key.
    user_id: String,
    name: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    phone: Option<String>,
    picture: Option<String>,
    /// The tenant that the token was issued for.
    tenant: Option<String>,
    /// All tenants of the caller.
    tenants: Vec<String>,
}

/// The verified claims
#[utoipa::path(tag = "token", responses((status = 200, description = "All claims", body = Object)))]
#[get("/private")]
pub async fn private(caller: Caller) -> web::Json<Map<String, Value>> {
    claims_of(&caller)
}

/// The response of routes that show what was verified.
pub(super) fn claims_of(caller: &Authenticated) -> web::Json<Map<String, Value>> {
    web::Json(caller.token().claims().clone())
}

/// Who is calling
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

/// How long the token is, and how long it lasts
#[utoipa::path(tag = "token", responses((status = 200, description = "About the token", body = TokenInfo)))]
#[get("/token-info")]
pub async fn token_info(
    caller: Caller,
    bearer: Bearer,
    clock: web::Data<dyn Clock>,
) -> web::Json<TokenInfo> {
    web::Json(TokenInfo::of(&caller, &bearer, clock.now()))
}

/// What the token says about the person
#[utoipa::path(tag = "token", responses((status = 200, description = "The profile", body = Profile)))]
#[get("/profile")]
pub async fn profile(caller: Caller) -> web::Json<Profile> {
    let (token, principal) = (caller.token(), caller.principal());
    let text = |name| token.text(name).map(str::to_owned);
    web::Json(Profile {
        // A JWT template may put something else into `sub`; the id is then in `dsub`.
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
