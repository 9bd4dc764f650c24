//! The token endpoint.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::json;
use tracing::warn;
use utoipa::ToSchema;

use super::client_authentication::NamedClient;
use super::code_grant::{CodeRequest, redeemed};
use super::issue::{
    Tokens, access_token, answer, fresh_keys, nothing_granted, required, tokens_of,
};
use super::sign_in::{LoginForm, signed_in};
use crate::cross_site::NotCrossSite;
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::refresh_token::RefreshToken;
use crate::state::{Actor, State};
use crate::store::sessions::{Redeemed, Session};
use crate::tokens::{Grant, is_identity, secret};
use service_kit::ClientAddress;

/// A token request (RFC 6749, sections 4.1.3, 4.3.2, 4.4.2 and 6). It has no `Debug`.
#[derive(Deserialize, ToSchema)]
pub struct TokenForm {
    /// `authorization_code`, `client_credentials`, `password` or `refresh_token`.
    #[schema(example = "client_credentials")]
    grant_type: Option<String>,
    /// The requested slugs, separated by spaces; empty for all.
    #[serde(default)]
    scope: String,
    /// Required for the grant type `password`.
    username: Option<String>,
    /// Required for the grant type `password`.
    password: Option<String>,
    /// Required for the grant type `refresh_token`.
    refresh_token: Option<String>,
    /// Required for the grant type `authorization_code`.
    code: Option<String>,
    /// The same as in the authorization request. Required for the grant type `authorization_code`.
    redirect_uri: Option<String>,
    /// The code verifier (RFC 7636). Required for the grant type `authorization_code`.
    code_verifier: Option<String>,
    /// Required for `authorization_code` and its refresh tokens, and for `client_credentials`, unless the `Authorization`
    /// header has id and secret. `auth-server`, or nothing, for a sign-in with a password and its refresh tokens.
    client_id: Option<String>,
    /// Required for `client_credentials`, with `client_id`.
    client_secret: Option<String>,
}

/// Get a token for a code or for a machine client, sign in, or refresh a session
///
/// The grant type `password` is the sign-in of `/user/login`.
/// A code can be used once, and a second use ends the session that it opened. With the scope `openid` it also gives an ID
/// token.
/// A machine client authenticates with HTTP Basic, or with `client_id` and `client_secret` in the form. A refresh token
/// belongs to the public client that signed in, which has no secret; `auth-server`, which signs in with passwords, need not
/// be named. It can be used once, and a second use ends the session.
#[utoipa::path(
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = Tokens),
        (status = 400, description = "`invalid_grant`, `invalid_scope`, `invalid_request`, `unauthorized_client`, `unsupported_grant_type`", body = OAuthProblem),
        (status = 401, description = "`invalid_client`", body = OAuthProblem),
        (status = 403, description = "`access_denied`: a page of another site sent the request", body = OAuthProblem),
        (status = 408, description = "`request_timeout`: the body did not come in time", body = OAuthProblem),
        (status = 413, description = "`invalid_request`: the body is too large", body = OAuthProblem),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
        (status = 429, description = "`too_many_requests`: try again after `Retry-After`", body = OAuthProblem),
        (status = 503, description = "`temporarily_unavailable`: too many sign-ins are waiting, or the database is unavailable", body = OAuthProblem),
    )
)]
#[post("/oauth/token")]
pub async fn issue(
    _page: NotCrossSite<OAuthError>,
    request: HttpRequest,
    form: web::Form<TokenForm>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, OAuthError> {
    let form = form.into_inner();
    let client = NamedClient::of(
        &request,
        form.client_id.as_deref(),
        form.client_secret.as_deref(),
    )?;
    let tokens = match required(&form.grant_type, "grant_type")? {
        "authorization_code" => {
            if !client.is_named() {
                return Err(OAuthError::invalid_request(
                    "The parameter client_id is missing",
                ));
            }
            let sent = CodeRequest {
                client: match client.public(&state) {
                    Some(client) => client,
                    None => return Err(OAuthError::invalid_client()),
                },
                code: required(&form.code, "code")?,
                redirect_uri: required(&form.redirect_uri, "redirect_uri")?,
                verifier: required(&form.code_verifier, "code_verifier")?,
            };
            redeemed(&state, &sent, &address).await?
        }
        "client_credentials" => {
            let client = client.authenticated(&state, &address).await?;
            let actor = Actor {
                org: &client.org,
                id: &client.id,
            };
            client_tokens(&state, actor, &form.scope, &address).await?
        }
        "password" => {
            if !client.is_first_party() {
                client.refused_unless_genuine(&state, &address).await?;
                return Err(OAuthError::unauthorized_client());
            }
            let form = LoginForm {
                grant_type: form.grant_type,
                username: form.username,
                password: form.password,
                scope: form.scope,
            };
            signed_in(&state, &form, &address).await?
        }
        "refresh_token" => {
            let Some(public) = client.public(&state).map(str::to_owned) else {
                client.refused_unless_genuine(&state, &address).await?;
                return Err(OAuthError::of_another_client());
            };
            let token = required(&form.refresh_token, "refresh_token")?;
            refreshed(&state, &public, token, &form.scope, &address).await?
        }
        _ => {
            return Err(OAuthError::unsupported_grant_type(
                "authorization_code, client_credentials, password or refresh_token",
            ));
        }
    };
    Ok(answer(&tokens))
}

async fn client_tokens(
    state: &State,
    client: Actor<'_>,
    scope: &str,
    address: &ClientAddress,
) -> Result<Tokens, OAuthError> {
    let Actor { org, id } = client;
    let keys = fresh_keys(state).await?;
    let rights = state.store.rights_of_client(org, id).await?;
    let scopes = state
        .tokens
        .granted(scope, &rights.slugs)
        .ok_or_else(nothing_granted)?;
    let grant = Grant {
        subject: id.to_owned(),
        org: org.to_owned(),
        client: id.to_owned(),
        session: None,
        roles: rights.roles,
        scopes,
    };
    let tokens = access_token(state, &keys, &grant)?;
    let address = address.text();
    let record = client.did("client.token", json!({}), &address);
    state.store.record(record, state.now()).await?;
    Ok(tokens)
}

async fn refreshed(
    state: &State,
    client: &str,
    token: &str,
    scope: &str,
    address: &ClientAddress,
) -> Result<Tokens, OAuthError> {
    let refused = || OAuthError::invalid_grant("The refresh token is not good");
    let token = RefreshToken::of(token);
    let salt = secret().map_err(|error| OAuthError::internal(&error))?;
    let grace = state.tokens.refresh_grace;
    let (keys, now) = (fresh_keys(state).await?, state.now());
    // A token of no session does not wait for a turn, and so keeps out no one.
    let (org, owner) = state.store.owner_of(&token).await?.ok_or_else(refused)?;
    if owner != client {
        return Err(OAuthError::of_another_client());
    }
    let waiter = Waiter::of(address, Tenant::Organization(org));
    let mut write = state.store.write_for(waiter).await?;
    let (session, next) = match write.redeem(&token, &salt, grace, now).await? {
        Redeemed::Good(session, next) => (session, next),
        Redeemed::Refused => return Err(refused()),
        Redeemed::Reused(session) => {
            warn!("a refresh token was used twice: its session is ended");
            let address = address.text();
            let target = json!({"session": {"id": session.id}});
            let record = Actor::of_session(&session).did("user.refresh_reused", target, &address);
            let record = record.counted();
            write.finish(record, now).await?;
            return Err(refused());
        }
    };
    let rights = write.rights_of_user(&session.org, &session.user).await?;
    let asked = narrowed(state, &session, scope)?;
    let tokens = tokens_of(state, &keys, &asked, &rights, next.text())?;
    write.commit().await?;
    Ok(tokens)
}

/// Returns the session with a narrower scope for this token, never wider than at sign-in (RFC 6749, section 6).
fn narrowed(state: &State, session: &Session, scope: &str) -> Result<Session, OAuthError> {
    let mut asked = scope.split(' ').filter(|name| !name.is_empty()).peekable();
    if asked.peek().is_none() {
        return Ok(session.clone());
    }
    let names: Vec<_> = asked.map(str::to_owned).collect();
    let at_sign_in: Vec<_> = session.scope.split(' ').collect();
    let is_more = |name: &String| match session.scope.is_empty() {
        true => state.tokens.is_on_request(name) || is_identity(name),
        false => !at_sign_in.contains(&name.as_str()),
    };
    if names.iter().any(is_more) {
        return Err(OAuthError::invalid_scope(
            "The scope asks for more than was asked for at sign-in",
        ));
    }
    Ok(Session {
        scope: names.join(" "),
        ..session.clone()
    })
}
