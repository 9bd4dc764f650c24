//! A route for any caller with a token.

use actix_web::{get, web};
use identity_actix::Caller;
use identity_core::Authenticated;
use serde_json::{Map, Value};

/// The verified claims
#[utoipa::path(tag = "token", responses((status = 200, description = "All claims", body = Object)))]
#[get("/private")]
pub async fn private(caller: Caller) -> web::Json<Map<String, Value>> {
    claims_of(&caller)
}

/// Returns the verified claims as the response body.
pub(super) fn claims_of(caller: &Authenticated) -> web::Json<Map<String, Value>> {
    web::Json(caller.token().claims().clone())
}
