//! Routes that need no token.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use identity_core::providers::OidcConfig;
use identity_core::verification::AudienceRule;

/// A description of this service, with links.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "Invoices of organizations, protected by an OpenID Connect issuer")]
    message: &'static str,
    /// The trusted issuers, by all their names.
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    /// The audiences of which a token must contain one; `null` if a token must have none.
    #[schema(example = "http://localhost:8002")]
    audience: Option<String>,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// All accepted values of `iss`.
pub(crate) struct AcceptedIssuers(pub(crate) Vec<String>);

/// Describe this service
#[utoipa::path(tag = "public", responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
pub async fn index(
    settings: web::Data<OidcConfig>,
    issuers: web::Data<AcceptedIssuers>,
) -> web::Json<Index> {
    web::Json(Index {
        message: "Invoices of organizations, protected by an OpenID Connect issuer",
        issuer: issuers.0.join(" or "),
        audience: match &settings.audience {
            AudienceRule::Required(audiences) => Some(audiences.join(" or ")),
            _ => None,
        },
        docs: "/docs",
    })
}
