//! What anybody may see.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use identity_core::providers::OidcConfig;

/// What this is and where to go from here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "Invoices of organizations, protected by an OpenID Connect issuer")]
    message: &'static str,
    /// Whose tokens are accepted.
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    /// What they must name.
    #[schema(example = "http://localhost:8002")]
    audience: String,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// What this is and where to go from here
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
