//! A description of this service, with links.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::State;

/// A description of this service, with links.
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

/// Describe this service
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
