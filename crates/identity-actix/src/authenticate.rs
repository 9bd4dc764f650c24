//! The middleware that finds out who is calling.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::{Error, HttpMessage};
use actix_web_httpauth::middleware::HttpAuthentication;
use identity_core::{Authenticated, Authenticator, TokenError, VerifyError};
use tracing::{info, warn};

use crate::api_error::ApiError;
use crate::credentials::{BearerToken, Credentials, CredentialsFault};

/// What is around a scope whose callers must be authenticated.
///
/// ```
/// # use std::sync::Arc;
/// # use actix_web::{App, web};
/// # use identity_actix::{Authenticate, Caller};
/// # use identity_core::Authenticator;
/// async fn hello(caller: Caller) -> String {
///     format!("hello, {}", caller.principal().subject)
/// }
///
/// fn app(authenticator: Arc<Authenticator>) {
///     let authenticate = Authenticate::new("my-api", authenticator);
///     let _app = App::new().service(
///         web::scope("/api").wrap(authenticate.required()).route("/hello", web::get().to(hello)),
///     );
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Authenticate {
    realm: Arc<str>,
    authenticator: Arc<Authenticator>,
    /// The accepted issuers, for the log.
    issuers: Arc<str>,
}

/// What the middleware leaves for the extractors.
pub(crate) struct Session {
    pub(crate) realm: Arc<str>,
    pub(crate) caller: Arc<Authenticated>,
    pub(crate) token: BearerToken,
}

type Outcome = Pin<Box<dyn Future<Output = Result<ServiceRequest, (Error, ServiceRequest)>>>>;

impl Authenticate {
    /// Callers are authenticated by `authenticator`; `realm` stands in the challenges (RFC 9110, section 11.5).
    pub fn new(realm: &str, authenticator: Arc<Authenticator>) -> Self {
        let issuers = authenticator.issuers().join(" or ").into();
        Self {
            realm: realm.into(),
            authenticator,
            issuers,
        }
    }

    /// The middleware: every request needs a good token, and none reaches a handler without.
    ///
    /// What it refuses, it answers itself (never as an `Err`), so that the headers of outer middleware, CORS among
    /// them, are on the answer.
    pub fn required(
        self,
    ) -> HttpAuthentication<Credentials, impl Fn(ServiceRequest, Credentials) -> Outcome> {
        let this = Rc::new(self);
        HttpAuthentication::with_fn(move |request: ServiceRequest, credentials| -> Outcome {
            let this = Rc::clone(&this);
            Box::pin(async move {
                match this.session(credentials).await {
                    Ok(session) => {
                        request.extensions_mut().insert(session);
                        Ok(request)
                    }
                    Err(error) => Err((error.into(), request)),
                }
            })
        })
    }

    async fn session(&self, credentials: Credentials) -> Result<Session, ApiError> {
        let realm = &self.realm;
        let token = credentials.0.map_err(|fault| match fault {
            CredentialsFault::Missing => ApiError::missing_token(realm),
            CredentialsFault::Invalid(detail) => ApiError::invalid_request(realm, detail),
        })?;
        let caller = self
            .authenticator
            .authenticate(token.as_str())
            .await
            .map_err(|error| {
                log(&error, &self.issuers);
                ApiError::unverified(realm, &error)
            })?;
        Ok(Session {
            realm: Arc::clone(realm),
            caller,
            token,
        })
    }
}

/// The reason, where it is found out: the client is told less.
fn log(error: &VerifyError, issuers: &str) {
    let reason = error.code();
    match error {
        VerifyError::Unavailable(_) => warn!(token.reason = reason, "token not verified: {error}"),
        VerifyError::Token(TokenError::InvalidIssuer(_)) if !issuers.is_empty() => info!(
            token.reason = reason,
            "token rejected: {error}, expected {issuers}"
        ),
        _ => info!(token.reason = reason, "token rejected: {error}"),
    }
}
