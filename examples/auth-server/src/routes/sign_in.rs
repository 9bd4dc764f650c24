//! The sign-in with a password.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::issue::{Tokens, answer, fresh_keys, nothing_granted, required, tokens_of};
use super::password_check::{checked, wrong};
use crate::cross_site::NotCrossSite;
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::refresh_token::RefreshToken;
use crate::state::{Actor, State};
use crate::store::orgs::seconds;
use crate::store::sessions::Session;
use crate::store::users::Login;
use crate::tokens::FIRST_PARTY;
use service_kit::ClientAddress;

/// A username and a password (RFC 6749, section 4.3.2). It has no `Debug`.
#[derive(Deserialize, ToSchema)]
pub struct LoginForm {
    #[schema(example = "password")]
    pub(super) grant_type: Option<String>,
    #[schema(example = "test_user")]
    pub(super) username: Option<String>,
    #[schema(example = "test1234@")]
    pub(super) password: Option<String>,
    /// The requested slugs, separated by spaces; empty for all.
    #[serde(default)]
    #[schema(example = "")]
    pub(super) scope: String,
}

/// Sign in
///
/// Neither the response nor its timing reveals whether the username or the password is wrong.
#[utoipa::path(
    tag = "user",
    request_body(content = LoginForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = Tokens),
        (status = 400, description = "`invalid_grant`: the username or the password is wrong; `invalid_scope`: nothing of what is asked for is held; `invalid_request`, `unsupported_grant_type`", body = OAuthProblem),
        (status = 403, description = "`access_denied`: a page of another site sent the request", body = OAuthProblem),
        (status = 408, description = "`request_timeout`: the body did not come in time", body = OAuthProblem),
        (status = 413, description = "`invalid_request`: the body is too large", body = OAuthProblem),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
        (status = 429, description = "`too_many_requests`: try again after `Retry-After`", body = OAuthProblem),
        (status = 503, description = "`temporarily_unavailable`: too many sign-ins are waiting", body = OAuthProblem),
    )
)]
#[post("/user/login")]
pub async fn sign_in(
    _page: NotCrossSite<OAuthError>,
    form: web::Form<LoginForm>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, OAuthError> {
    if required(&form.grant_type, "grant_type")? != "password" {
        return Err(OAuthError::unsupported_grant_type("password"));
    }
    let tokens = signed_in(&state, &form, &address).await?;
    Ok(answer(&tokens))
}

/// Returns the tokens of a new session for a username and its password.
pub(super) async fn signed_in(
    state: &State,
    form: &LoginForm,
    address: &ClientAddress,
) -> Result<Tokens, OAuthError> {
    if !state.password_grant {
        return Err(OAuthError::unsupported_grant_type(
            "another than password, which this server does not accept: sign in with a browser",
        ));
    }
    let name = required(&form.username, "username")?;
    let password = required(&form.password, "password")?;
    let login = checked(state, name, password, address).await?;
    open_session(state, &login, &form.scope, address)
        .await?
        .ok_or_else(wrong)
}

/// Returns `None` if the password was changed or the user deleted in the meantime.
async fn open_session(
    state: &State,
    login: &Login,
    scope: &str,
    address: &ClientAddress,
) -> Result<Option<Tokens>, OAuthError> {
    let (user, now) = (&login.user, state.now());
    let refresh_token = RefreshToken::first().map_err(|error| OAuthError::internal(&error))?;
    let lifetime = state.tokens.session_lifetime.as_secs();
    let keys = fresh_keys(state).await?;
    let waiter = Waiter::of(address, Tenant::Organization(user.org.clone()));
    let mut write = state.store.write_for(waiter).await?;
    if !write.confirm_password(user, &login.password_hash).await? {
        return Ok(None);
    }
    let rights = write.rights_of_user(&user.org, &user.id).await?;
    let scopes = state
        .tokens
        .granted(scope, &rights.slugs)
        .ok_or_else(nothing_granted)?;
    let asks_for_everything = scope.trim().is_empty();
    let session = Session {
        id: Uuid::now_v7().to_string(),
        org: user.org.clone(),
        user: user.id.clone(),
        // Also the limit for refreshed tokens: what was not granted now is not granted later, unless the scope is
        // empty.
        scope: if asks_for_everything {
            String::new()
        } else {
            scopes.join(" ")
        },
        expires_at: seconds(now).saturating_add_unsigned(lifetime),
        client: FIRST_PARTY.to_owned(),
        browser: None,
    };
    let tokens = tokens_of(state, &keys, &session, &rights, refresh_token.text())?;
    let most = state.tokens.max_sessions;
    write
        .create_session(&session, &refresh_token, most, now)
        .await?;
    write
        .remember_network(user, &address.network(), now)
        .await?;
    let address = address.text();
    let target = json!({"session": {"id": session.id}});
    let record = Actor::of_session(&session).did("user.login", target, &address);
    let record = record.counted();
    write.finish(record, now).await?;
    Ok(Some(tokens))
}
