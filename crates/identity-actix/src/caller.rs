//! Extractors for the caller of a request.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use identity_core::{Authenticated, Denial, printable};
use serde::de::DeserializeOwned;
use tracing::info;

use crate::api_error::ApiError;
use crate::authenticate::{NoCredentials, Session};
use crate::credentials::BearerToken;

/// An authenticated caller, whatever their rights.
///
/// With [`Authenticate::optional`](crate::Authenticate::optional), take `Option<Caller>`: `None` for a request without
/// credentials. Outside a scope with [`Authenticate`](crate::Authenticate) the response is 500, and the log has the
/// reason (`Option<Caller>` is `None` there, too).
#[derive(Debug, Clone)]
pub struct Caller(pub(crate) Arc<Authenticated>);

impl Caller {
    /// Returns the caller of a request that passed [`Authenticate`](crate::Authenticate), for middleware inside it.
    /// Returns `None` outside it.
    pub fn of(request: &impl HttpMessage) -> Option<Self> {
        let extensions = request.extensions();
        extensions.get::<Session>().map(Self::from)
    }

    /// Returns the 403 error for what the caller lacks, in a handler whose rule depends on the request: for example, a
    /// right that the caller would give to another user. `detail` is for the client. It is 404 for
    /// [`Denial::NotAMember`], and 401 for [`Denial::StepUp`]. Outside a scope with
    /// [`Authenticate`](crate::Authenticate) the error is 500, as for the extractors.
    pub fn denied(request: &HttpRequest, denial: &Denial, detail: &str) -> ApiError {
        let outcome: Result<(), _> = session(request, |session| {
            Err(refused(request, session, denial, Some(detail)))
        });
        outcome
            .err()
            .unwrap_or_else(|| ApiError::broken("a denial was accepted"))
    }
}

impl From<&Session> for Caller {
    fn from(session: &Session) -> Self {
        Self(Arc::clone(&session.caller))
    }
}

impl Deref for Caller {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.0
    }
}

/// The verified claims, deserialized as a type of the handler's choice.
///
/// The response to a token whose claims do not fit the type is 403: it was verified, but is not for this handler.
#[derive(Debug, Clone)]
pub struct Claims<T>(pub T);

/// The token itself, for handlers that forward or describe it. It does not implement `Debug`.
#[derive(Clone)]
pub struct Bearer(BearerToken);

impl Bearer {
    /// Returns the token as it was received.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the first 20 characters: a part of the header, which is the same for many tokens and gives no access.
    pub fn preview(&self) -> String {
        let header = self.as_str().split('.').next().unwrap_or_default();
        format!("{}...", header.get(..20).unwrap_or(header))
    }
}

/// Returns the result of `look` on the session. Errors: 401 for a request without credentials that optional
/// authentication accepted; 500 outside the middleware.
pub(crate) fn session<T>(
    request: &HttpRequest,
    look: impl FnOnce(&Session) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let extensions = request.extensions();
    match extensions.get::<Session>() {
        Some(session) => look(session),
        None => Err(match extensions.get::<NoCredentials>() {
            Some(none) => none.space.error(request, ApiError::missing_token),
            None => ApiError::broken(
                "a handler asks for its caller, but its scope has no Authenticate middleware",
            ),
        }),
    }
}

/// Logs a denial, and returns the error. `detail` replaces the sentence of a 403.
pub(crate) fn refused(
    request: &HttpRequest,
    session: &Session,
    denial: &Denial,
    detail: Option<&str>,
) -> ApiError {
    // A handler's own denial may name what the client sent.
    let told = denial.to_string();
    info!(
        access.reason = denial.code(),
        "access denied: {}",
        printable(&told)
    );
    match denial {
        Denial::NotAMember => ApiError::outside(request.path()).because(denial),
        denial => session
            .space
            .error(request, |realm| ApiError::denied(realm, denial, detail)),
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request, |session| Ok(session.into())))
    }
}

impl<T: DeserializeOwned> FromRequest for Claims<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request, |session| {
            match session.caller.token().claims_as() {
                Ok(claims) => Ok(Self(claims)),
                Err(error) => {
                    info!(access.reason = error.code(), "access denied: {error}");
                    Err(session.space.error(request, |realm| {
                        ApiError::denied(realm, &Denial::Other, None)
                    }))
                }
            }
        }))
    }
}

impl FromRequest for Bearer {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request, |session| Ok(Self(session.token.clone()))))
    }
}
