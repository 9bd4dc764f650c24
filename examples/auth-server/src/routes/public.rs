//! What this is and where to go from here.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::State;

/// What this is and where to go from here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "An auth server")]
    message: &'static str,
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    #[schema(example = "/.well-known/openid-configuration")]
    discovery: &'static str,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// What this is and where to go from here
#[utoipa::path(tag = "public", responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
pub async fn index(state: web::Data<State>) -> web::Json<Index> {
    web::Json(Index {
        message: "An auth server",
        issuer: state.tokens.issuer.clone(),
        discovery: "/.well-known/openid-configuration",
        docs: "/docs",
    })
}
