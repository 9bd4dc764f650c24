//! Auth0's userinfo and revocation endpoints.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::{Map, Value};

use super::refusals;
use super::tenant::Tenant;
use crate::claims::ClaimsRequest;
use crate::client_request::Parameters;
use crate::personas::Persona;
use crate::provider::{Call, Provider};
use crate::refusal::Refusal;
use crate::sessions::RefreshError;
use crate::sign_in::{authenticate, bearer_token};

/// Responds with what the scopes of the access token tell of the user.
pub(super) fn user_info(call: &Call<'_>, tenant: &Tenant) -> Result<HttpResponse, Refusal> {
    let token = bearer_token(call).ok_or_else(refusals::no_token)?;
    let known = of_opaque(call.provider, &token).or_else(|| of_jwt(call.provider, tenant, &token));
    let (persona, scopes) = known.ok_or_else(refusals::wrong_token)?;
    let asked = call.provider.request(persona, &scopes);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(tenant.user_claims(&asked)))
}

/// Revokes a refresh token, and with it the session that it continues ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
pub(super) fn revoke(call: &Call<'_>, tenant: &Tenant) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::read(call.request, call.body).map_err(refusals::unreadable)?;
    let client = authenticate(call, tenant, &parameters).map_err(refusals::client)?;
    let token = parameters.get("token");
    let token = token.ok_or_else(|| refusals::missing("token"))?;
    let (sessions, now) = (&call.provider.sessions, call.provider.clock.now());
    match sessions.of_token(token, Some(&client.id), now) {
        Ok(session) => {
            sessions.end(&session.id);
        }
        Err(RefreshError::OtherClient) => return Err(refusals::foreign_token()),
        // It cannot be used, which is what was asked for.
        Err(_) => {}
    }
    Ok(HttpResponse::Ok().finish())
}

type Known<'a> = (&'a Persona, Vec<String>);

fn of_opaque<'a>(provider: &'a Provider, token: &str) -> Option<Known<'a>> {
    let now = provider.clock.now();
    let token = provider.sign_ins.opaque(token, now)?;
    let session = provider.sessions.get(&token.session_id, now)?;
    let mut personas = provider.personas.iter();
    let persona = personas.find(|persona| persona.name == session.persona)?;
    Some((persona, token.scopes))
}

/// Of an access token that is also for the userinfo endpoint.
fn of_jwt<'a>(provider: &'a Provider, tenant: &Tenant, token: &str) -> Option<Known<'a>> {
    let claims = provider.verified(token)?;
    let audiences = claims.get("aud")?.as_array()?;
    let own = Value::from(tenant.userinfo_audience());
    if provider.is_expired(&claims) || !audiences.contains(&own) {
        return None;
    }
    let text = |name| claims.get(name).and_then(Value::as_str);
    let (subject, scope) = (text("sub")?, text("scope").unwrap_or_default());
    let mut personas = provider.personas.iter();
    let persona = personas.find(|persona| persona.subject == subject)?;
    let scopes = scope.split_ascii_whitespace().map(str::to_owned).collect();
    Some((persona, scopes))
}

impl Tenant {
    /// What the userinfo endpoint says.
    fn user_claims(&self, asked: &ClaimsRequest<'_>) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), asked.persona.subject.as_str().into());
        claims.extend(self.custom_claims(asked));
        if asked.has_scope("profile") {
            claims.insert("updated_at".to_owned(), asked.date_after(0).into());
        }
        claims
    }
}
