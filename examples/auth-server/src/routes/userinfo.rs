//! The userinfo endpoint (OpenID Connect Core 1.0, section 5.3).

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, post, web};
use identity_actix::{ApiError, Caller, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::{Actor, Refused, State};

/// Who signed in, as far as the scope of the token says.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserInfo {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    sub: String,
    /// With the scope `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "test_user")]
    preferred_username: Option<String>,
    /// With the scope `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "example@example.com")]
    email: Option<String>,
    /// With the scope `email`; always `false`: the server does not verify addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// Show who signed in
#[utoipa::path(tag = "sign-in", responses(
    (status = 200, description = "The user", body = UserInfo),
    (status = 404, description = "`not_found`: the token is a machine client's", body = Problem, content_type = "application/problem+json"),
))]
#[get("/userinfo")]
pub async fn userinfo(caller: Caller, state: web::Data<State>) -> Result<HttpResponse, Refused> {
    response(&caller, &state).await
}

/// Show who signed in, as with GET
#[utoipa::path(tag = "sign-in", responses(
    (status = 200, description = "The user", body = UserInfo),
    (status = 404, description = "`not_found`: the token is a machine client's", body = Problem, content_type = "application/problem+json"),
))]
#[post("/userinfo")]
pub async fn userinfo_by_post(
    caller: Caller,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    response(&caller, &state).await
}

async fn response(caller: &Caller, state: &State) -> Result<HttpResponse, Refused> {
    let Actor { org, id } = Actor::of(caller);
    let user = state.store.user(org, id).await?;
    let user = user.ok_or_else(|| ApiError::not_found("There is no user behind this token"))?;
    let scopes = &caller.principal().scopes;
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(UserInfo {
            sub: user.id,
            preferred_username: has("profile").then_some(user.username),
            email_verified: has("email").then_some(false),
            email: has("email").then_some(user.email),
        }))
}
