//! Descope's exchange of an access key for a session token.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::claims::SessionOptions;
use super::project::Project;
use super::refusals;
use super::token::check_tenant;
use crate::claims::TokenKind;
use crate::client_request::authorization;
use crate::personas::Persona;
use crate::provider::{Call, Provider};
use crate::refusal::Refusal;

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

pub(super) fn exchange(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let persona = authenticate(call.request, provider, project)?;
    let options = read_options(call.body)?;
    if let Some(tenant) = &options.tenant {
        check_tenant(tenant, &persona)?;
    }
    let asked = provider.request(&persona, &[]);
    let claims = project.key_session_claims(&asked, options);
    let token = provider
        .sign(claims, TokenKind::Session)
        .map_err(refusals::cannot_sign)?;
    tracing::info!(persona = %persona.name, "exchanged the access key of {} for a session token", persona.name);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({
            "keyId": persona.descope.key_id,
            "sessionJwt": token,
        })))
}

/// `Authorization: Bearer <project id>:<access key>`
fn authenticate(
    request: &HttpRequest,
    provider: &Provider,
    project: &Project,
) -> Result<Persona, Refusal> {
    let credentials = authorization(request, "Bearer").ok_or_else(refusals::no_access_key)?;
    let (project_id, access_key) = credentials
        .split_once(':')
        .filter(|(_, access_key)| !access_key.is_empty())
        .ok_or_else(refusals::no_access_key)?;
    if project_id != project.id {
        return Err(refusals::wrong_access_key());
    }
    let now = provider.clock.now();
    let directory = project.directory.state();
    directory.persona_of_cleartext(access_key, None, now)
}

fn read_options(body: &[u8]) -> Result<SessionOptions, Refusal> {
    if body.is_empty() {
        return Ok(SessionOptions::default());
    }
    let read: ExchangeRequest = serde_json::from_slice(body)
        .map_err(|_| refusals::unreadable("The request body must be {} or have loginOptions"))?;
    let options = read.login_options.unwrap_or_default();
    Ok(SessionOptions {
        tenant: options.selected_tenant.filter(|tenant| !tenant.is_empty()),
        client_claims: options.custom_claims,
    })
}
