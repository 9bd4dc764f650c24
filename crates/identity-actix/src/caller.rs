//! Who is calling, for handlers.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use identity_core::{Authenticated, Denial, Policy};
use serde::de::DeserializeOwned;
use tracing::info;

use crate::api_error::ApiError;
use crate::authenticate::{NoCredentials, Session};
use crate::credentials::BearerToken;

/// Any authenticated caller.
///
/// Behind [`Authenticate::optional`](crate::Authenticate::optional) take `Option<Caller>`: `None` for a request without
/// credentials. Outside of a scope with [`Authenticate`](crate::Authenticate) the response is 500, and the log says why
/// (`Option<Caller>` is `None` there, too).
#[derive(Debug, Clone)]
pub struct Caller(Arc<Authenticated>);

impl Caller {
    /// Returns the caller of a request that passed [`Authenticate`](crate::Authenticate), for middleware inside of it.
    /// `None` outside of it.
    pub fn of(request: &impl HttpMessage) -> Option<Self> {
        let extensions = request.extensions();
        let session = extensions.get::<Session>()?;
        Some(Self(Arc::clone(&session.caller)))
    }
}

impl Deref for Caller {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.0
    }
}

/// A caller who meets the rule of the policy `P`; the response to others is 403.
///
/// Take it as the handler's *first* argument: then a caller who is not allowed learns nothing about their query or body.
#[derive(Debug, Clone)]
pub struct Require<P> {
    caller: Caller,
    policy: PhantomData<fn() -> P>,
}

impl<P> Deref for Require<P> {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.caller
    }
}

/// The verified claims as a type of the handler's choice.
///
/// The response to a token whose claims do not fit the type is 403: it was verified, but is not for this handler.
#[derive(Debug, Clone)]
pub struct Claims<T>(pub T);

/// The token itself, for handlers that pass it on or describe it. It has no `Debug`.
#[derive(Clone)]
pub struct Bearer(BearerToken);

impl Bearer {
    /// The token as it came.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first 20 characters: a part of the header, which is the same for many tokens and opens nothing.
    pub fn preview(&self) -> String {
        let header = self.as_str().split('.').next().unwrap_or_default();
        format!("{}...", header.get(..20).unwrap_or(header))
    }
}

/// Returns what `look` makes of what the middleware found out. Errors: 401 for a request that optional authentication
/// let in without credentials; 500 outside of the middleware.
fn session<T>(
    request: &HttpRequest,
    look: impl FnOnce(&Session) -> Result<T, ApiError>,
) -> Ready<Result<T, ApiError>> {
    let extensions = request.extensions();
    ready(match extensions.get::<Session>() {
        Some(session) => look(session),
        None => Err(match extensions.get::<NoCredentials>() {
            Some(none) => ApiError::missing_token(&none.realm),
            None => ApiError::broken(
                "a handler asks for its caller, but its scope has no Authenticate middleware",
            ),
        }),
    })
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        session(request, |session| Ok(Self(Arc::clone(&session.caller))))
    }
}

impl<P: Policy> FromRequest for Require<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        session(request, |session| match P::RULE.check(&session.caller) {
            Ok(()) => Ok(Self {
                caller: Caller(Arc::clone(&session.caller)),
                policy: PhantomData,
            }),
            Err(denial) => {
                info!(access.reason = denial.code(), "access denied: {denial}");
                Err(ApiError::denied(&session.realm, &denial, P::DENIED))
            }
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Claims<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        session(request, |session| {
            match session.caller.token().claims_as() {
                Ok(claims) => Ok(Self(claims)),
                Err(error) => {
                    info!(access.reason = error.code(), "access denied: {error}");
                    Err(ApiError::denied(&session.realm, &Denial::Other, None))
                }
            }
        })
    }
}

impl FromRequest for Bearer {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        session(request, |session| Ok(Self(session.token.clone())))
    }
}
