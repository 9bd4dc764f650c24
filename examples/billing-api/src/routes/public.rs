//! Routes that need no token.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use identity_core::providers::OidcConfig;

/// A description of this service, with links.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "Invoices of organizations, protected by an OpenID Connect issuer")]
    message: &'static str,
    /// The trusted issuer.
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    /// The audience that a token must contain.
    #[schema(example = "http://localhost:8002")]
    audience: String,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// Describe this service
#[utoipa::path(tag = "public", responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
pub async fn index(settings: web::Data<OidcConfig>) -> web::Json<Index> {
    web::Json(Index {
        message: "Invoices of organizations, protected by an OpenID Connect issuer",
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        docs: "/docs",
    })
}
