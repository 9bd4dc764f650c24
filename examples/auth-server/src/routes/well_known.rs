//! The discovery documents, which services need to verify tokens, and clients to get them.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, web};
use identity_actix::{ApiError, Problem};
use serde::Serialize;
use service_kit::store::api_error;
use url::Url;
use utoipa::ToSchema;

use crate::policies::RIGHTS;
use crate::state::{Refused, State};
use crate::tokens::IDENTITY_SCOPES;

/// The server's metadata (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2).
///
/// Both addresses have the same document.
#[derive(Debug, Serialize, ToSchema)]
pub struct Discovery {
    #[schema(example = "http://localhost:8002")]
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    /// RFC 7662.
    introspection_endpoint: String,
    end_session_endpoint: String,
    /// The pages that describe every operation.
    service_documentation: String,
    /// Those of OpenID Connect, and the server's own permissions. Organizations create others.
    scopes_supported: Vec<String>,
    /// Without `password` if `PASSWORD_GRANT` is `false`.
    grant_types_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 2],
    /// Each response of the authorization endpoint has `iss` (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    subject_types_supported: [&'static str; 1],
    /// The current signature algorithm of all tokens.
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// Those of access tokens, ID tokens and the userinfo endpoint.
    claims_supported: [&'static str; 19],
}

/// Get the OpenID Connect discovery document
#[utoipa::path(tag = "discovery", responses((status = 200, description = "What this server is and does", body = Discovery)))]
#[get("/.well-known/openid-configuration")]
pub async fn openid_configuration(state: web::Data<State>) -> Result<HttpResponse, Refused> {
    document(&state).await
}

/// Get the authorization server's metadata
#[utoipa::path(tag = "discovery", responses((status = 200, description = "What this server is and does", body = Discovery)))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn authorization_server(state: web::Data<State>) -> Result<HttpResponse, Refused> {
    document(&state).await
}

/// Get the authorization server's metadata, if its issuer has this path
///
/// RFC 8414, section 3.1, puts the well-known path before the issuer's own. A proxy must send such a request here as it is.
#[utoipa::path(tag = "discovery", params(("path" = String, Path, description = "The path of the issuer")), responses(
    (status = 200, description = "What this server is and does", body = Discovery),
    (status = 404, description = "`not_found`: the issuer has another path", body = Problem, content_type = "application/problem+json"),
))]
#[get("/.well-known/oauth-authorization-server/{path:.+}")]
pub async fn authorization_server_at_path(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let (asked, issuer) = (request.uri().path(), Url::parse(&state.tokens.issuer));
    let path = asked.strip_prefix("/.well-known/oauth-authorization-server");
    if issuer.is_ok_and(|issuer| path == Some(issuer.path())) {
        return document(&state).await;
    }
    Err(ApiError::not_found("The issuer has another path").into())
}

async fn document(state: &State) -> Result<HttpResponse, Refused> {
    let issuer = &state.tokens.issuer;
    let keys = state.keys.fresh().await;
    let keys = keys.map_err(|error| api_error(&error))?;
    let document = Discovery {
        issuer: issuer.clone(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        authorization_endpoint: format!("{issuer}/oauth/authorize"),
        token_endpoint: format!("{issuer}/oauth/token"),
        userinfo_endpoint: format!("{issuer}/oauth/userinfo"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        introspection_endpoint: format!("{issuer}/oauth/introspect"),
        end_session_endpoint: format!("{issuer}/oauth/logout"),
        service_documentation: format!("{issuer}/docs/"),
        scopes_supported: scopes(),
        grant_types_supported: grant_types(state.password_grant),
        token_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        revocation_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        introspection_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
        ],
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        code_challenge_methods_supported: ["S256"],
        prompt_values_supported: ["none", "login"],
        authorization_response_iss_parameter_supported: true,
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
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
            "auth_time",
            "nonce",
            "at_hash",
            "preferred_username",
            "email",
            "email_verified",
        ],
    };
    Ok(cached().json(document))
}

fn scopes() -> Vec<String> {
    let own = RIGHTS.iter().map(|right| right.permission().slug());
    IDENTITY_SCOPES
        .into_iter()
        .map(str::to_owned)
        .chain(own)
        .collect()
}

fn grant_types(has_passwords: bool) -> Vec<&'static str> {
    let mut grant_types = vec!["authorization_code", "client_credentials", "refresh_token"];
    if has_passwords {
        grant_types.push("password");
    }
    grant_types
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
