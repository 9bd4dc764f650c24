//! The revocation endpoint (RFC 7009).

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::client_authentication::NamedClient;
use super::introspect::own_access_token;
use super::issue::required;
use crate::cross_site::NotCrossSite;
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::refresh_token::RefreshToken;
use crate::state::{Actor, State};
use service_kit::ClientAddress;

/// A revocation request (RFC 7009, section 2.1). It has no `Debug`.
#[derive(Deserialize, ToSchema)]
pub struct RevokeForm {
    /// A refresh token, or an access token of a session.
    token: Option<String>,
    /// Not needed: a token shows its type.
    #[serde(rename = "token_type_hint")]
    _hint: Option<String>,
    /// The client that the token was issued to, unless the `Authorization` header has it; `auth-server`, or nothing, for a
    /// sign-in with a password.
    client_id: Option<String>,
    /// Required for a machine client, with `client_id`.
    client_secret: Option<String>,
}

/// Revoke a token and end its session
///
/// For the client that the token was issued to: a public client names itself, and a machine client authenticates. A refresh
/// token, or an access token of a session, ends the session with all its tokens. Returns 200 for a token that is not valid,
/// too (RFC 7009, section 2.2). Services that verify tokens themselves accept its access tokens until their `exp`.
#[utoipa::path(
    tag = "oauth",
    request_body(content = RevokeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "There is no such session any more"),
        (status = 400, description = "`invalid_grant`: the token was issued to another client; `unsupported_token_type`: an access token of a machine client; `invalid_request`", body = OAuthProblem),
        (status = 401, description = "`invalid_client`", body = OAuthProblem),
        (status = 403, description = "`access_denied`: a page of another site sent the request", body = OAuthProblem),
        (status = 408, description = "`request_timeout`: the body did not come in time", body = OAuthProblem),
        (status = 413, description = "`invalid_request`: the body is too large", body = OAuthProblem),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
        (status = 429, description = "`too_many_requests`: try again after `Retry-After`", body = OAuthProblem),
        (status = 503, description = "`temporarily_unavailable`: the database is unavailable", body = OAuthProblem),
    )
)]
#[post("/oauth/revoke")]
pub async fn revoke(
    _page: NotCrossSite<OAuthError>,
    request: HttpRequest,
    form: web::Form<RevokeForm>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, OAuthError> {
    let (id, secret) = (form.client_id.as_deref(), form.client_secret.as_deref());
    let client = NamedClient::of(&request, id, secret)?;
    let client = match client.public(&state).map(str::to_owned) {
        Some(public) => public,
        None => client.authenticated(&state, &address).await?.id,
    };
    let token = required(&form.token, "token")?;
    match token.contains('.') {
        true => end_session_of_access_token(&state, &client, token, &address).await?,
        false => end_session_of(&state, &client, &RefreshToken::of(token), &address).await?,
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

async fn end_session_of(
    state: &State,
    client: &str,
    token: &RefreshToken,
    address: &ClientAddress,
) -> Result<(), OAuthError> {
    let Some((org, owner)) = state.store.owner_of(token).await? else {
        return Ok(());
    };
    if owner != client {
        return Err(OAuthError::of_another_client());
    }
    let waiter = Waiter::of(address, Tenant::Organization(org));
    let mut write = state.store.write_for(waiter).await?;
    let now = state.now();
    if let Some(session) = write.end_session_of(token, now).await? {
        let target = json!({"session": {"id": session.id}});
        let address = address.text();
        let record = Actor::of_session(&session).did("user.logout", target, &address);
        write.finish(record.counted(), now).await?;
    }
    Ok(())
}

/// As at `/user/logout`, an access token is enough to end its session (RFC 7009, section 2.1, leaves that to the server).
async fn end_session_of_access_token(
    state: &State,
    client: &str,
    token: &str,
    address: &ClientAddress,
) -> Result<(), OAuthError> {
    let Some(caller) = own_access_token(state, token).await? else {
        return Ok(());
    };
    if caller.token().text("client_id") != Some(client) {
        return Err(OAuthError::of_another_client());
    }
    let Some(session) = caller.token().text("sid") else {
        return Err(OAuthError::unsupported_token_type());
    };
    let (actor, now) = (Actor::of(&caller), state.now());
    let active = state.store.session(actor.org, session, now).await?;
    if active.is_none() {
        return Ok(());
    }
    let waiter = Waiter::of(address, Tenant::Organization(actor.org.to_owned()));
    let mut write = state.store.write_for(waiter).await?;
    write.end_session(actor.org, session).await?;
    let (target, address) = (json!({"session": {"id": session}}), address.text());
    let record = actor.did("user.logout", target, &address).counted();
    Ok(write.finish(record, now).await?)
}
