//! The discovery documents that services need to verify tokens.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use service_kit::store::api_error;
use utoipa::ToSchema;

use crate::state::{Refused, State};

/// The server's metadata (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2).
///
/// The server issues access tokens but no ID tokens: there is no authorization endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct Discovery {
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    jwks_uri: String,
    token_endpoint: String,
    revocation_endpoint: String,
    /// `client_credentials` and `refresh_token` at the token endpoint; `password` at `/user/login`.
    grant_types_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 1],
    /// Empty: there is no authorization endpoint.
    response_types_supported: [&'static str; 0],
    subject_types_supported: [&'static str; 1],
    /// The current signature algorithm of access tokens.
    id_token_signing_alg_values_supported: [&'static str; 1],
    claims_supported: [&'static str; 13],
}

/// Get the discovery document
#[utoipa::path(tag = "discovery", responses((status = 200, description = "What this server is and does", body = Discovery)))]
#[get("/.well-known/openid-configuration")]
pub async fn openid_configuration(state: web::Data<State>) -> Result<HttpResponse, Refused> {
    let issuer = &state.tokens.issuer;
    let keys = state.keys.fresh().await;
    let keys = keys.map_err(|error| api_error(&error))?;
    let document = Discovery {
        issuer: issuer.clone(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        token_endpoint: format!("{issuer}/oauth/token"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        grant_types_supported: ["client_credentials", "refresh_token"],
        token_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        revocation_endpoint_auth_methods_supported: ["none"],
        response_types_supported: [],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: [keys.current().algorithm().as_str()],
        claims_supported: [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nbf",
            "jti",
            "client_id",
            "org_id",
            "roles",
            "scopes",
            "scope",
            "sid",
        ],
    };
    Ok(cached().json(document))
}

/// Get the public keys
///
/// The current key, previous keys and the next key.
#[utoipa::path(tag = "discovery", responses((status = 200, description = "A JSON Web Key Set (RFC 7517)", body = Object)))]
#[get("/.well-known/jwks.json")]
pub async fn jwks(state: web::Data<State>) -> Result<HttpResponse, Refused> {
    let keys = state.keys.fresh().await;
    let keys = keys.map_err(|error| api_error(&error))?;
    Ok(cached().json(keys.jwks()))
}

/// Returns a cacheable response. An old copy does no harm: a key is published for a whole rotation period before it
/// signs.
fn cached() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "public, max-age=60"));
    response
}
