//! Descope's exchange of an access key for a session token.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::claims::SessionOptions;
use super::{EXCHANGE_PATH, Project, Refusal};
use crate::claims::TokenKind;
use crate::client_request::authorization;
use crate::personas::Persona;
use crate::provider::ProviderState;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExchangeRequest {
    login_options: Option<LoginOptions>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LoginOptions {
    custom_claims: Option<Map<String, Value>>,
    selected_tenant: Option<String>,
}

pub(super) fn routes(app: &mut ServiceConfig) {
    app.route(EXCHANGE_PATH, post().to(exchange));
}

async fn exchange(
    request: HttpRequest,
    body: Bytes,
    provider: Data<ProviderState>,
    project: Data<Project>,
) -> Result<HttpResponse, Refusal> {
    let persona = authenticate(&request, &provider, &project)?;
    let options = read_options(&body)?;
    if let Some(tenant) = options
        .tenant
        .as_ref()
        .filter(|tenant| !persona.descope.tenants.contains_key(*tenant))
    {
        return Err(Refusal::arguments(format!(
            "The access key has no tenant {tenant}"
        )));
    }
    let asked = provider.request(persona, &[]);
    let token = provider.sign(
        project.key_session_claims(&asked, options),
        TokenKind::Session,
    )?;
    tracing::info!(persona = %persona.name, "exchanged the access key of {} for a session token", persona.name);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({
            "keyId": persona.descope.key_id,
            "sessionJwt": token,
        })))
}

/// `Authorization: Bearer <project id>:<access key>`
fn authenticate<'a>(
    request: &HttpRequest,
    provider: &'a ProviderState,
    project: &Project,
) -> Result<&'a Persona, Refusal> {
    let credentials = authorization(request, "Bearer").ok_or_else(Refusal::no_access_key)?;
    let (project_id, access_key) = credentials
        .split_once(':')
        .ok_or_else(Refusal::no_access_key)?;
    if access_key.is_empty() {
        return Err(Refusal::no_access_key());
    }
    provider
        .personas
        .iter()
        .find(|persona| project_id == project.id && persona.secret.matches(access_key))
        .ok_or_else(Refusal::wrong_access_key)
}

fn read_options(body: &[u8]) -> Result<SessionOptions, Refusal> {
    if body.is_empty() {
        return Ok(SessionOptions::default());
    }
    let read: ExchangeRequest = serde_json::from_slice(body)
        .map_err(|_| Refusal::unreadable("The request body must be {} or have loginOptions"))?;
    let options = read.login_options.unwrap_or_default();
    Ok(SessionOptions {
        tenant: options.selected_tenant.filter(|tenant| !tenant.is_empty()),
        client_claims: options.custom_claims,
    })
}
