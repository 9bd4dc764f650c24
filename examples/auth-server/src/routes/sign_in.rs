//! The sign-in with a password.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::cross_site::NotCrossSite;
use crate::fair_queue::Tenant;
use crate::input::is_username;
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::password_text;
use crate::passwords::PasswordError;
use crate::refresh_token::RefreshToken;
use crate::signing::Loaded;
use crate::state::{Actor, State};
use crate::store::orgs::seconds;
use crate::store::rights::Rights;
use crate::store::sessions::Session;
use crate::store::users::Login;
use crate::throttle::{Admission, Refusal, SignIn};
use crate::tokens::{FIRST_PARTY, Grant, TokenFailure};

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

/// Tokens (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// The lifetime of the access token, in seconds.
    #[schema(example = 600)]
    expires_in: u64,
    /// The granted slugs, separated by spaces.
    #[schema(example = "auth_server.role.read auth_server.role.write")]
    scope: String,
    /// Single use. Machine clients get none: they use their secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
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
    let name = required(&form.username, "username")?.trim();
    let password = required(&form.password, "password")?;
    let attempt = admitted(state, name, address).await?;
    // If it cannot be verified, the attempt is dropped and not counted.
    let wrong = || OAuthError::invalid_grant("The username or the password is wrong");
    let verified = verified(state, name, password, address);
    let verified = state.sign_ins.run(address.network(), verified, is_wrong);
    let login = match verified.await? {
        Ok(login) => login,
        Err(known) => {
            attempt.count().await?;
            let (org, id) = known
                .as_ref()
                .map_or(("", ""), |login| (&*login.user.org, &*login.user.id));
            // Known or not, it waits as one that is not: otherwise the time would tell.
            let waiter = address.waits_as(Tenant::Unknown);
            let (actor, address) = (Actor { org, id }, address.text());
            let record = actor.did("user.login_failed", json!({}), &address);
            let write = state.store.write_for(waiter).await?;
            write.finish(record.counted(), state.now()).await?;
            return Err(wrong());
        }
    };
    attempt.succeed().await;
    open_session(state, &login, &form.scope, address)
        .await?
        .ok_or_else(wrong)
}

/// Admits an attempt to sign in, or to show that one knows the password.
pub(super) async fn admitted<'s>(
    state: &'s State,
    name: &str,
    address: &ClientAddress,
) -> Result<Admission<'s>, Refusal> {
    let is_familiar =
        is_username(name) && state.store.is_familiar(name, &address.network()).await?;
    let from = SignIn {
        name,
        address,
        is_familiar,
    };
    state.throttles.sign_in(&from).await
}

/// Returns a required parameter.
pub(super) fn required<'v>(value: &'v Option<String>, name: &str) -> Result<&'v str, OAuthError> {
    match value.as_deref() {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(OAuthError::invalid_request(format!(
            "The parameter {name} is missing"
        ))),
    }
}

/// Returns the response with tokens, which no cache may store.
pub(super) fn answer(tokens: &Tokens) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(tokens)
}

type Verified = Result<Result<Login, Option<Login>>, OAuthError>;

fn is_wrong(verified: &Verified) -> bool {
    matches!(verified, Ok(Err(_)))
}

/// Returns the user with this name and password, else the user with the name, if any. An unknown name takes as long.
async fn verified(state: &State, name: &str, password: &str, address: &ClientAddress) -> Verified {
    let login = match is_username(name) {
        true => state.store.login(name).await?,
        false => None,
    };
    // No user has a longer password.
    let is_possible = password_text::is_possible(password);
    let password = if is_possible { password } else { "" };
    let stored = login.as_ref().map(|login| login.password_hash.clone());
    let waiter = address.waits_as(match &login {
        Some(login) => Tenant::Organization(login.user.org.clone()),
        None => Tenant::Unknown,
    });
    let verified = state.passwords.verify(password.to_owned(), stored, waiter);
    let matches = verified.await.map_err(|error| match error {
        PasswordError::Busy => OAuthError::busy(),
        error => OAuthError::internal(&error),
    })?;
    Ok(match login {
        Some(login) if matches && is_possible => Ok(login),
        other => Err(other),
    })
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
    let waiter = address.waits_as(Tenant::Organization(user.org.clone()));
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

pub(super) async fn fresh_keys(state: &State) -> Result<Arc<Loaded>, OAuthError> {
    let keys = state.keys.fresh().await;
    keys.map_err(|error| OAuthError::internal(&error))
}

/// Returns the tokens of a session with the current rights of its user.
pub(super) fn tokens_of(
    state: &State,
    keys: &Loaded,
    session: &Session,
    rights: &Rights,
    refresh_token: String,
) -> Result<Tokens, OAuthError> {
    let scopes = state
        .tokens
        .granted(&session.scope, &rights.slugs)
        .ok_or_else(nothing_granted)?;
    let grant = Grant {
        subject: session.user.clone(),
        org: session.org.clone(),
        client: FIRST_PARTY.to_owned(),
        session: Some(session.id.clone()),
        roles: rights.roles.clone(),
        scopes,
    };
    let tokens = access_token(state, keys, &grant)?;
    Ok(Tokens {
        refresh_token: Some(refresh_token),
        ..tokens
    })
}

pub(super) fn nothing_granted() -> OAuthError {
    OAuthError::invalid_scope("Nothing of what the scope asks for is held")
}

/// Returns an access token without a refresh token.
pub(super) fn access_token(
    state: &State,
    keys: &Loaded,
    grant: &Grant,
) -> Result<Tokens, OAuthError> {
    let token = state
        .tokens
        .access_token(keys.current(), grant, state.now());
    Ok(Tokens {
        access_token: token.map_err(|error| match error {
            TokenFailure::TooLarge => OAuthError::invalid_scope(
                "The rights do not fit into one token: ask for fewer in the scope",
            ),
            TokenFailure::Key(error) => OAuthError::internal(&error),
        })?,
        token_type: "Bearer",
        expires_in: state.tokens.access_lifetime.as_secs(),
        scope: grant.scopes.join(" "),
        refresh_token: None,
    })
}
