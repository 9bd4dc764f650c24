//! The introspection endpoint (RFC 7662): whether a token is active, and what it grants.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use actix_web::{HttpRequest, HttpResponse, post, web};
use identity_core::{Authenticated, VerifyError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::info;
use utoipa::ToSchema;

use super::client_authentication::{MachineClient, NamedClient};
use super::issue::required;
use crate::cross_site::NotCrossSite;
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::policies::INTROSPECT;
use crate::refresh_token::RefreshToken;
use crate::state::{Actor, State};
use crate::still_valid::rights_behind;
use crate::tokens::is_identity;
use service_kit::ClientAddress;

/// An introspection request (RFC 7662, section 2.1). It has no `Debug`.
#[derive(Deserialize, ToSchema)]
pub struct IntrospectForm {
    /// The token.
    token: Option<String>,
    /// Not needed: a token shows its type.
    #[serde(rename = "token_type_hint")]
    _hint: Option<String>,
    /// The machine client that asks, unless the `Authorization` header has id and secret.
    client_id: Option<String>,
    /// The secret of that client.
    client_secret: Option<String>,
}

/// What the server says about a token (RFC 7662, section 2.2). It has no `Debug`.
#[derive(Default, Serialize, ToSchema)]
pub struct Introspection {
    /// Whether the token can be used now. Without it there are no other members.
    active: bool,
    /// `Bearer`, or `refresh_token`, which no service may accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bearer")]
    token_type: Option<&'static str>,
    /// What an access token grants: its scope without what was taken away since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "example_service.billing.read")]
    scope: Option<String>,
    /// The client that the token was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "shop")]
    client_id: Option<String>,
    /// The name of the user, unless the token is a machine client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "test_user")]
    username: Option<String>,
    /// The id of the user or of the machine client.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// The audience of an access token: a text, or a list of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value)]
    aud: Option<Value>,
    /// When it expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// When an access token was issued, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// The id of an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// The organization. A slug means nothing without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<String>,
    /// The roles in an access token that the user still has.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    /// The session, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// Ask whether a token is active
///
/// For a machine client with the permission `auth_server.token.introspect`, about the tokens of its organization. A token
/// that is not valid any more is not active, whatever ended it, nor is one of another organization, nor any other text. An
/// ID token is not active either.
#[utoipa::path(
    tag = "oauth",
    request_body(content = IntrospectForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Whether it is active, and what it grants", body = Introspection),
        (status = 400, description = "`invalid_request`", body = OAuthProblem),
        (status = 401, description = "`invalid_client`", body = OAuthProblem),
        (status = 403, description = "`unauthorized_client`: the client lacks the permission; `access_denied`: a page of another site sent the request", body = OAuthProblem),
        (status = 408, description = "`request_timeout`: the body did not come in time", body = OAuthProblem),
        (status = 413, description = "`invalid_request`: the body is too large", body = OAuthProblem),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
        (status = 429, description = "`too_many_requests`: try again after `Retry-After`", body = OAuthProblem),
        (status = 503, description = "`temporarily_unavailable`: the database is unavailable, or too many requests of the organization are waiting", body = OAuthProblem),
    )
)]
#[post("/oauth/introspect")]
pub async fn introspect(
    _page: NotCrossSite<OAuthError>,
    request: HttpRequest,
    form: web::Form<IntrospectForm>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, OAuthError> {
    let (id, secret) = (form.client_id.as_deref(), form.client_secret.as_deref());
    let client = NamedClient::of(&request, id, secret)?;
    let client = client.authenticated(&state, &address).await?;
    let waiter = Waiter::of(&address, Tenant::Organization(client.org.clone()));
    check_permission(&state, &client, &address).await?;
    let token = required(&form.token, "token")?;
    let _turn = state.store.read_for(waiter).await?;
    let active = match token.contains('.') {
        true => of_access_token(&state, &client.org, token).await?,
        false => of_refresh_token(&state, &client.org, &RefreshToken::of(token)).await?,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(active.unwrap_or_default()))
}

/// Returns the caller of an access token of this server, of any organization. Returns `None` for any other text. Not
/// checked: whether it is [still valid](rights_behind).
pub(super) async fn own_access_token(
    state: &State,
    token: &str,
) -> Result<Option<Arc<Authenticated>>, OAuthError> {
    match state.authenticator.authenticate(token).await {
        // To the second: the leeway is for the clocks of others.
        Ok(caller) if state.now().seconds() < caller.token().expires_at().seconds() => {
            Ok(Some(caller))
        }
        Ok(_) => Ok(None),
        Err(VerifyError::Token(error)) => {
            let code = error.code();
            info!(token.reason = %code, "a token to introspect or to revoke is not valid: {code}");
            Ok(None)
        }
        Err(error) => Err(OAuthError::internal(&error)),
    }
}

async fn check_permission(
    state: &State,
    client: &MachineClient,
    address: &ClientAddress,
) -> Result<(), OAuthError> {
    let (org, id) = (client.org.as_str(), client.id.as_str());
    let rights = state.store.rights_of_client(org, id).await?;
    if rights.slugs.iter().any(|slug| slug == INTROSPECT) {
        return Ok(());
    }
    let (actor, address) = (Actor { org, id }, address.text());
    let record = actor.did("client.introspect_refused", json!({}), &address);
    state.store.record(record, state.now()).await?;
    Err(OAuthError::may_not_introspect())
}

async fn of_access_token(
    state: &State,
    org: &str,
    token: &str,
) -> Result<Option<Introspection>, OAuthError> {
    let Some(caller) = own_access_token(state, token).await? else {
        return Ok(None);
    };
    let actor = Actor::of(&caller);
    if actor.org != org {
        return Ok(None);
    }
    let rights = rights_behind(state, &caller).await;
    let Some(rights) = rights.map_err(|error| OAuthError::internal(&error))? else {
        return Ok(None);
    };
    let (token, principal) = (caller.token(), caller.principal());
    let user = match token.text("sid") {
        Some(_) => state.store.user(org, actor.id).await?,
        None => None,
    };
    let scopes = principal.scopes.iter().map(String::as_str);
    let scopes =
        scopes.filter(|slug| is_identity(slug) || rights.slugs.iter().any(|held| held == slug));
    let roles = principal.roles.iter();
    let roles = roles.filter(|role| rights.roles.contains(role));
    let text = |name| token.text(name).map(str::to_owned);
    let number = |name| token.claim(name).and_then(Value::as_i64);
    Ok(Some(Introspection {
        active: true,
        token_type: Some("Bearer"),
        scope: Some(scopes.collect::<Vec<_>>().join(" ")),
        client_id: text("client_id"),
        username: user.map(|user| user.username),
        sub: text("sub"),
        iss: text("iss"),
        aud: token.claim("aud").cloned(),
        exp: number("exp"),
        iat: number("iat"),
        jti: text("jti"),
        org_id: text("org_id"),
        roles: Some(roles.cloned().collect()),
        sid: text("sid"),
    }))
}

/// It has no scope and no audience: a service that checks only `active` and the scope must not accept it.
async fn of_refresh_token(
    state: &State,
    org: &str,
    token: &RefreshToken,
) -> Result<Option<Introspection>, OAuthError> {
    let session = state.store.session_of(token, state.now()).await?;
    let Some(session) = session.filter(|session| session.org == org) else {
        return Ok(None);
    };
    let user = state.store.user(org, &session.user).await?;
    Ok(user.map(|user| Introspection {
        active: true,
        token_type: Some("refresh_token"),
        client_id: Some(session.client),
        username: Some(user.username),
        sub: Some(user.id),
        iss: Some(state.tokens.issuer.clone()),
        exp: Some(session.expires_at),
        org_id: Some(session.org),
        sid: Some(session.id),
        ..Introspection::default()
    }))
}
