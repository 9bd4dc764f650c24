//! Tokens, and the response with them.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use serde::Serialize;
use utoipa::ToSchema;

use crate::oauth_error::OAuthError;
use crate::signing::Loaded;
use crate::state::State;
use crate::store::rights::Rights;
use crate::store::sessions::Session;
use crate::tokens::{Grant, TokenFailure};

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
    /// Who signed in (OpenID Connect Core 1.0, section 2), for an authorization code with the scope `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl Tokens {
    /// Returns the access token.
    pub(super) fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Returns these tokens with an ID token.
    pub(super) fn with_id_token(self, id_token: String) -> Self {
        Self {
            id_token: Some(id_token),
            ..self
        }
    }
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
        .granted_to_person(&session.scope, &rights.slugs)
        .ok_or_else(nothing_granted)?;
    let grant = Grant {
        subject: session.user.clone(),
        org: session.org.clone(),
        client: session.client.clone(),
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
        id_token: None,
    })
}
