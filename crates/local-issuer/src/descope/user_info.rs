//! Descope's userinfo and revocation endpoints.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::Value;

use super::project::Project;
use super::refusals;
use crate::client_request::Parameters;
use crate::provider::Call;
use crate::refusal::Refusal;
use crate::sessions::RefreshError;
use crate::sign_in::{authenticate, bearer_token};

/// Responds with what the scopes of the access token tell of the user.
pub(super) fn user_info(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let token = bearer_token(call).ok_or_else(refusals::wrong_token)?;
    let claims = provider.verified(&token);
    let claims = claims.filter(|claims| {
        // ID and refresh tokens have the same audience.
        let token_type = claims.get("token_type").and_then(Value::as_str);
        token_type == Some("access_token") && !provider.is_expired(claims)
    });
    let claims = claims.ok_or_else(refusals::wrong_token)?;
    let text = |name| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let persona = project.of_subject(text("sub"), provider.clock.now());
    let persona = persona.ok_or_else(refusals::wrong_token)?;
    let scopes = text("scope").split_ascii_whitespace().map(str::to_owned);
    let scopes: Vec<_> = scopes.collect();
    let asked = provider.request(&persona, &scopes);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(project.user_claims(&asked)))
}

/// Revokes a refresh token, and with it the session that it continues ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
pub(super) fn revoke(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::read(call.request, call.body)
        .map_err(|error| refusals::unreadable(error.to_string()))?;
    let client = authenticate(call, project, &parameters).map_err(refusals::client)?;
    let token = parameters.get("token");
    let token = token.ok_or_else(|| refusals::missing("token"))?;
    let (sessions, now) = (&call.provider.sessions, call.provider.clock.now());
    match sessions.of_token(token, Some(&client.id), now) {
        Ok(session) => {
            sessions.end(&session.id);
        }
        Err(RefreshError::OtherClient) => {
            let fault = "The token was issued to another client";
            return Err(refusals::arguments(fault));
        }
        // It cannot be used, which is what was asked for.
        Err(_) => {}
    }
    Ok(HttpResponse::Ok().finish())
}
