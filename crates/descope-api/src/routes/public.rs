//! Routes that need no token.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use identity_core::providers::DescopeConfig;

/// A description of this service, with links.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "An API protected by Descope")]
    message: &'static str,
    #[schema(example = "P2xXXXXXXXXXXXXXXXXXXXXXXXXX")]
    descope_project_id: String,
    discovery_url: String,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// A response that confirms success.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hello {
    #[schema(example = "success")]
    status: &'static str,
    msg: &'static str,
}

/// Describe this service
#[utoipa::path(tag = "public", responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
pub async fn index(settings: web::Data<DescopeConfig>) -> web::Json<Index> {
    web::Json(Index {
        message: "An API protected by Descope",
        descope_project_id: settings.project_id.to_string(),
        discovery_url: settings.discovery_url.to_string(),
        docs: "/docs",
    })
}

/// A route that needs no token
#[utoipa::path(tag = "public", responses((status = 200, description = "It worked", body = Hello)))]
#[get("/api/public")]
pub async fn hello() -> web::Json<Hello> {
    web::Json(Hello {
        status: "success",
        msg: "Hello from a public endpoint! You don't need a token to see this.",
    })
}
