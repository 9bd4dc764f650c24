//! The authentication middleware.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpMessage, HttpRequest};
use actix_web_httpauth::middleware::HttpAuthentication;
use identity_core::{Authenticated, Authenticator, VerifyError};
use tracing::{info, warn};

use crate::api_error::ApiError;
use crate::credentials::{BearerToken, Credentials, CredentialsFault};
use crate::protection_space::ProtectionSpace;

/// Middleware for a scope: verifies the bearer token of each request, and provides the caller to
/// [`Caller`](crate::Caller), [`Require`](crate::Require) and the other extractors inside it.
///
/// [`required`](Self::required) rejects requests without a valid token. [`optional`](Self::optional) also accepts
/// requests without credentials. Both return error responses as `Ok`, never as `Err`, so that outer middleware, such as
/// CORS, adds its headers to them.
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
///     let _app = App::new().service(
///         web::scope("/api")
///             .wrap(Authenticate::required(authenticator).realm("my-api"))
///             .route("/hello", web::get().to(hello)),
///     );
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "it is middleware, for `.wrap(..)`"]
pub struct Authenticate {
    space: Arc<ProtectionSpace>,
    authenticator: Arc<Authenticator>,
    is_required: bool,
}

/// What the middleware stores in a request for the extractors.
pub(crate) struct Session {
    pub(crate) space: Arc<ProtectionSpace>,
    pub(crate) caller: Arc<Authenticated>,
    pub(crate) token: BearerToken,
}

/// What optional authentication stores in a request without credentials.
pub(crate) struct NoCredentials {
    pub(crate) space: Arc<ProtectionSpace>,
}

type Outcome = Pin<Box<dyn Future<Output = Result<ServiceRequest, (Error, ServiceRequest)>>>>;
type Middleware =
    HttpAuthentication<Credentials, Box<dyn Fn(ServiceRequest, Credentials) -> Outcome>>;

impl Authenticate {
    /// Requires a valid token. The response is 401 without one, 400 for a malformed `Authorization` header, and 503
    /// while the issuer's keys are unavailable, or the issuer cannot be asked about an opaque token.
    pub fn required(authenticator: impl Into<Arc<Authenticator>>) -> Self {
        let authenticator = authenticator.into();
        Self {
            space: Arc::new(ProtectionSpace::new("api")),
            authenticator,
            is_required: true,
        }
    }

    /// As [`required`](Self::required), but also accepts a request without credentials, or with credentials of another
    /// scheme. Such a request has no caller: `Option<Caller>` is `None`, and a handler that takes a `Caller` responds
    /// with 401.
    ///
    /// An invalid token is still rejected: it does not count as missing.
    pub fn optional(authenticator: impl Into<Arc<Authenticator>>) -> Self {
        Self {
            is_required: false,
            ..Self::required(authenticator)
        }
    }

    /// Sets the realm of the challenges (RFC 9110, section 11.5). Default `api`.
    pub fn realm(mut self, realm: &str) -> Self {
        Arc::make_mut(&mut self.space).realm = realm.into();
        self
    }

    /// Sets the address of the protected resource metadata (RFC 9728), which every challenge then names in
    /// `resource_metadata`, so that a client finds the issuer by itself. Default none.
    ///
    /// The address must be absolute, and the document must be served there: this middleware does not serve it, nor is the
    /// address checked.
    pub fn resource_metadata(self, address: &str) -> Self {
        let address = address.to_owned();
        self.resource_metadata_of(move |_| Some(address.clone()))
    }

    /// As [`resource_metadata`](Self::resource_metadata), with an address that depends on the request: on the host that
    /// the client asked, for example. Without an address, the challenge names none. Called for challenges only.
    pub fn resource_metadata_of(
        mut self,
        address: impl Fn(&HttpRequest) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.space).metadata = Some(Arc::new(address));
        self
    }

    fn middleware(self) -> Middleware {
        let this = Rc::new(self);
        HttpAuthentication::with_fn(Box::new(
            move |request: ServiceRequest, credentials| -> Outcome {
                let this = Rc::clone(&this);
                Box::pin(async move {
                    match this.admit(&request, credentials).await {
                        Ok(()) => Ok(request),
                        Err(error) => Err((error.into(), request)),
                    }
                })
            },
        ))
    }

    async fn admit(
        &self,
        request: &ServiceRequest,
        credentials: Credentials,
    ) -> Result<(), ApiError> {
        if !self.is_required && credentials.are_missing() {
            let space = Arc::clone(&self.space);
            request.extensions_mut().insert(NoCredentials { space });
            return Ok(());
        }
        let session = self.session(request.request(), credentials).await?;
        request.extensions_mut().insert(session);
        Ok(())
    }

    async fn session(
        &self,
        request: &HttpRequest,
        credentials: Credentials,
    ) -> Result<Session, ApiError> {
        let space = &self.space;
        let token = credentials.0.map_err(|fault| {
            space.error(request, |realm| match fault {
                CredentialsFault::Missing => ApiError::missing_token(realm),
                CredentialsFault::Invalid(detail) => ApiError::invalid_request(realm, detail),
            })
        })?;
        let outcome = self.authenticator.authenticate(token.as_str()).await;
        let caller = outcome.map_err(|error| {
            self.log(&error);
            space.error(request, |realm| ApiError::unverified(realm, &error))
        })?;
        Ok(Session {
            space: Arc::clone(space),
            caller,
            token,
        })
    }
}

impl Authenticate {
    /// Logs why a token was rejected, and what would be accepted. The client gets less detail.
    fn log(&self, error: &VerifyError) {
        let reason = error.code();
        let VerifyError::Token(fault) = error else {
            warn!(token.reason = reason, "token not verified: {error}");
            return;
        };
        match self.authenticator.expectation(fault) {
            Some(expected) => info!(
                token.reason = reason,
                "token rejected: {error}, expected {expected}"
            ),
            None => info!(token.reason = reason, "token rejected: {error}"),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Authenticate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = <Middleware as Transform<S, ServiceRequest>>::Transform;
    type InitError = ();
    type Future = <Middleware as Transform<S, ServiceRequest>>::Future;

    fn new_transform(&self, service: S) -> Self::Future {
        self.clone().middleware().new_transform(service)
    }
}
