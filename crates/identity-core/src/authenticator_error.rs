//! Errors in the configuration of an authenticator.

use crate::http::{FetchError, HttpSetupError};

/// Why an [`Authenticator`](crate::Authenticator) cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorError {
    /// Two providers accept the same `iss`, so that it does not select one.
    #[error("two providers accept the issuer {0}")]
    SharedIssuer(String),
    /// [`rfc_9068_only`](crate::AuthenticatorBuilder::rfc_9068_only) is set, but a provider never accepts the type
    /// `at+jwt`, or only tokens without an audience: every token would be refused.
    #[error(
        "{0} issues no tokens in the form of RFC 9068: its type at+jwt is not an accepted one, or its tokens have no audience"
    )]
    NoRfc9068(String),
    /// Introspection is set for two providers: an opaque token does not say whose it is.
    #[error(
        "tokens of two providers are introspected, and an opaque token does not say whose it is"
    )]
    SeveralIntrospections,
    /// Both introspection and [`rfc_9068_only`](crate::AuthenticatorBuilder::rfc_9068_only) are set, but an opaque token
    /// does not have the form of RFC 9068.
    #[error("opaque tokens are introspected, and do not have the form of RFC 9068")]
    OpaqueRfc9068,
    /// The introspection endpoint is to be discovered, but the provider has no discovery document.
    #[error("the introspection endpoint cannot be discovered: the provider's keys are not, either")]
    NoDiscovery,
    /// Requests to the introspection endpoint are not allowed: it is not https.
    #[error("introspection endpoint: {0}")]
    IntrospectionEndpoint(FetchError),
    /// The HTTP client cannot be built.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
    /// Keys are fetched by a background task, which needs a tokio runtime.
    #[error("keys are fetched by a task: build must be called inside a tokio runtime")]
    NoRuntime,
}
