//! Descope's token endpoint.

use std::sync::Arc;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::{EXCHANGE_PATH, Project, Refusal, STANDARD_SCOPES, TOKEN_PATH};
use crate::claims::{ClaimsRequest, TokenKind};
use crate::client_request::{Credentials, Parameters};
use crate::personas::Persona;
use crate::provider::ProviderState;
use crate::scopes;

const GRANT_TYPES: &str =
    "The grant_type field must be one of: authorization_code, refresh_token, client_credentials";

/// Every address that gives tokens.
pub(crate) fn paths(project: &Project) -> Vec<String> {
    let mut paths = vec![TOKEN_PATH.to_owned(), EXCHANGE_PATH.to_owned()];
    paths.extend(inbound_paths(project));
    paths
}

pub(super) fn routes(project: &Arc<Project>, app: &mut ServiceConfig) {
    app.route(TOKEN_PATH, post().to(federated_app));
    for path in inbound_paths(project) {
        app.route(&path, post().to(inbound_apps));
    }
}

fn inbound_paths(project: &Project) -> [String; 2] {
    [
        "/oauth2/v1/apps/token".to_owned(),
        format!("/oauth2/v1/apps/{}/token", project.id),
    ]
}

async fn federated_app(
    request: HttpRequest,
    body: Bytes,
    provider: Data<ProviderState>,
    project: Data<Project>,
) -> Result<HttpResponse, Refusal> {
    respond(&request, &body, &provider, &project, |claims| {
        project.claims(claims, TokenKind::Access)
    })
}

async fn inbound_apps(
    request: HttpRequest,
    body: Bytes,
    provider: Data<ProviderState>,
    project: Data<Project>,
) -> Result<HttpResponse, Refusal> {
    respond(&request, &body, &provider, &project, |claims| {
        project.inbound_claims(claims)
    })
}

fn respond(
    request: &HttpRequest,
    body: &[u8],
    provider: &ProviderState,
    project: &Project,
    claims: impl FnOnce(&ClaimsRequest<'_>) -> Map<String, Value>,
) -> Result<HttpResponse, Refusal> {
    let parameters =
        Parameters::read(request, body).map_err(|error| Refusal::unreadable(error.to_string()))?;
    match parameters.get("grant_type") {
        Some("client_credentials") => {}
        Some("authorization_code" | "refresh_token") => {
            return Err(Refusal::invalid(
                "The local issuer supports the grant type client_credentials only",
            ));
        }
        _ => return Err(Refusal::invalid(GRANT_TYPES)),
    }
    let persona = authenticate(&parameters.credentials(request), provider, project)?;
    let scopes = scopes::grant(persona, parameters.get("scope"), STANDARD_SCOPES);
    let asked = provider.request(persona, &scopes);
    let token = provider.sign(claims(&asked), TokenKind::Access)?;
    tracing::info!(persona = %persona.name, "issued a Descope access token to {}", persona.name);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": asked.lifetime,
            "scope": asked.scope(),
        })))
}

/// A client id of a persona's own, or the project id, with an access key as the secret.
fn authenticate<'a>(
    credentials: &Credentials,
    provider: &'a ProviderState,
    project: &Project,
) -> Result<&'a Persona, Refusal> {
    let id = credentials
        .id
        .as_deref()
        .ok_or_else(|| Refusal::missing("client_id"))?;
    let secret = credentials
        .secret
        .as_deref()
        .ok_or_else(|| Refusal::missing("client_secret"))?;
    provider
        .personas
        .iter()
        .filter(|persona| id == persona.client_id || id == project.id)
        .find(|persona| persona.secret.matches(secret))
        .ok_or_else(Refusal::wrong_access_key)
}
