//! Auth0's token endpoint.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::{Map, json};

use super::claims::insert_organization;
use super::refusals;
use super::tenant::Tenant;
use super::user_token::UserTokens;
use crate::claims::TokenKind;
use crate::client_request::{Credentials, Parameters};
use crate::personas::{Persona, PersonaKind};
use crate::provider::{Call, Provider};
use crate::refusal::Refusal;
use crate::scopes;

/// Scopes that say something about a user; a machine has none of them.
pub(super) const STANDARD_SCOPES: &[&str] = &["openid", "profile", "email", "phone", "address"];

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Grant types that Auth0 has and the local issuer does not.
const OTHER_GRANT_TYPES: &[&str] = &[
    "password",
    "http://auth0.com/oauth/grant-type/password-realm",
    "http://auth0.com/oauth/grant-type/mfa-otp",
    "http://auth0.com/oauth/grant-type/mfa-oob",
    "http://auth0.com/oauth/grant-type/mfa-recovery-code",
    "http://auth0.com/oauth/grant-type/passwordless/otp",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

pub(super) fn respond(call: &Call<'_>, tenant: &Tenant) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let parameters = Parameters::read(call.request, call.body).map_err(refusals::unreadable)?;
    let grant_type = parameters
        .get("grant_type")
        .ok_or_else(|| refusals::missing("grant_type"))?;
    let people = UserTokens {
        call,
        tenant,
        parameters: &parameters,
    };
    match grant_type {
        "authorization_code" => return people.by_code(),
        "refresh_token" => return people.by_refresh_token(),
        DEVICE_CODE => return people.by_device_code(),
        _ => {}
    }
    let other_grant = OTHER_GRANT_TYPES.contains(&grant_type);
    if grant_type != "client_credentials" && !other_grant {
        return Err(refusals::unsupported_grant());
    }
    let persona = authenticate(&parameters.credentials(call.request), provider)?;
    if other_grant {
        return Err(refusals::grant_not_here(grant_type));
    }
    check_audience(parameters.get("audience"), tenant)?;
    check_organization(parameters.get("organization"), persona)?;
    // A machine has no profile.
    let standard = if persona.kind == PersonaKind::User {
        STANDARD_SCOPES
    } else {
        &[]
    };
    let scopes = scopes::grant(persona, parameters.get("scope"), standard);
    let asked = provider.request(persona, &scopes);
    let mut claims = tenant.access_claims(&asked);
    insert_organization(&mut claims, persona, parameters.get("organization"));
    let token = provider
        .sign(claims, TokenKind::Access)
        .map_err(refusals::cannot_sign)?;
    tracing::info!(persona = %persona.name, "issued an Auth0 access token to {}", persona.name);

    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), token.into());
    answer.insert("token_type".to_owned(), "Bearer".into());
    answer.insert("expires_in".to_owned(), json!(asked.lifetime));
    if !scopes.is_empty() {
        answer.insert("scope".to_owned(), asked.scope().into());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(answer))
}

fn authenticate<'a>(
    credentials: &Credentials,
    provider: &'a Provider,
) -> Result<&'a Persona, Refusal> {
    let (id, secret) = (credentials.id.as_deref(), credentials.secret.as_deref());
    let id = id.ok_or_else(|| refusals::missing("client_id"))?;
    let secret = secret.ok_or_else(refusals::wrong_client)?;
    let mut personas = provider.personas.iter();
    let found = personas.find(|persona| persona.client_id == id && persona.secret.matches(secret));
    found.ok_or_else(refusals::wrong_client)
}

fn check_audience(audience: Option<&str>, tenant: &Tenant) -> Result<(), Refusal> {
    match audience {
        None => Err(refusals::no_audience()),
        Some(audience) if audience == tenant.audience => Ok(()),
        // Every tenant has the management API; no persona may call it.
        Some(audience) if audience == tenant.management_audience() => {
            Err(refusals::no_client_grant(audience))
        }
        Some(audience) => Err(refusals::unknown_audience(audience)),
    }
}

/// The only organization of a persona is in its tokens whether it is asked for or not.
fn check_organization(asked: Option<&str>, persona: &Persona) -> Result<(), Refusal> {
    match asked {
        Some(asked) if persona.auth0.organization(Some(asked)).is_none() => {
            Err(refusals::wrong_organization(asked))
        }
        _ => Ok(()),
    }
}
