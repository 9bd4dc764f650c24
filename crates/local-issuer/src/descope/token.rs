//! Descope's token endpoint.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::json;

use super::project::Project;
use super::refusals;
use super::user_token::UserTokens;
use crate::claims::TokenKind;
use crate::client_request::{Credentials, Parameters};
use crate::personas::Persona;
use crate::provider::{Call, Provider};
use crate::refusal::Refusal;
use crate::scopes;

/// Scopes that need not be held to be granted.
pub(super) const STANDARD_SCOPES: &[&str] = &[
    "openid",
    "profile",
    "email",
    "phone",
    "descope.claims",
    "descope.custom_claims",
];

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const GRANT_TYPES: &str =
    "The grant_type field must be one of: authorization_code, refresh_token, client_credentials";

/// The kind of application that a token is for; the issuers in their tokens differ.
#[derive(Clone, Copy)]
pub(super) enum Application {
    Federated,
    Inbound,
}

pub(super) fn respond(
    call: &Call<'_>,
    project: &Project,
    application: Application,
) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let parameters = Parameters::read(call.request, call.body)
        .map_err(|error| refusals::unreadable(error.to_string()))?;
    let people = UserTokens {
        call,
        project,
        parameters: &parameters,
    };
    match parameters.get("grant_type") {
        Some("client_credentials") => {}
        Some("authorization_code") => return people.by_code(),
        Some("refresh_token") => return people.by_refresh_token(),
        Some(DEVICE_CODE) => return people.by_device_code(),
        _ => return Err(refusals::invalid(GRANT_TYPES)),
    }
    let persona = authenticate(&parameters.credentials(call.request), provider, project)?;
    let scopes = scopes::grant(&persona, parameters.get("scope"), STANDARD_SCOPES);
    let asked = provider.request(&persona, &scopes);
    let mut claims = match application {
        Application::Federated => project.token_claims(&asked, TokenKind::Access),
        Application::Inbound => project.inbound_claims(&asked),
    };
    // Inbound applications name the parameter `tenantId`.
    if let Some(tenant) = parameters.get("tenant").or(parameters.get("tenantId")) {
        check_tenant(tenant, &persona)?;
        claims.insert("dct".to_owned(), tenant.into());
        claims.sort_keys();
    }
    let token = provider
        .sign(claims, TokenKind::Access)
        .map_err(refusals::cannot_sign)?;
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

/// The client id of an access key, or the project id, with the access key as the secret.
fn authenticate(
    credentials: &Credentials,
    provider: &Provider,
    project: &Project,
) -> Result<Persona, Refusal> {
    let (id, secret) = (credentials.id.as_deref(), credentials.secret.as_deref());
    let id = id.ok_or_else(|| refusals::missing("client_id"))?;
    let secret = secret.ok_or_else(|| refusals::missing("client_secret"))?;
    let client_id = Some(id).filter(|id| *id != project.id);
    let now = provider.clock.now();
    let directory = project.directory.state();
    directory.persona_of_cleartext(secret, client_id, now)
}

/// A tenant can be chosen by who is in it.
pub(super) fn check_tenant(tenant: &str, persona: &Persona) -> Result<(), Refusal> {
    if persona.descope.tenants.contains_key(tenant) {
        return Ok(());
    }
    let message = format!("{} has no tenant {tenant}", persona.name);
    Err(refusals::arguments(message))
}
