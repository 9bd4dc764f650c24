//! Configuration of introspection.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// Configuration of the introspection of opaque tokens, for
/// [`AuthenticatorBuilder::introspection`](crate::AuthenticatorBuilder::introspection).
///
/// The client authenticates with `client_secret_basic` (RFC 6749, section 2.3.1).
#[derive(Debug, Clone)]
pub struct IntrospectionConfig {
    /// Where the introspection endpoint is.
    pub endpoint: IntrospectionEndpoint,
    /// `client_id` of this service at the issuer.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: SecretString,
    /// Whether `username` is the subject of a token without `sub`. Default `false`.
    ///
    /// For issuers that have no other name of a user, such as django-oauth-toolkit. Only for an issuer at which nobody
    /// can take the name that another user had, or the id of a client.
    pub username_as_subject: bool,
    /// The limits.
    pub limits: IntrospectionLimits,
}

/// Where an introspection endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntrospectionEndpoint {
    /// At this URL: https, or plain http where [`HttpConfig`](crate::http::HttpConfig) allows it.
    Fixed(Url),
    /// Where `introspection_endpoint` of the provider's discovery document says (RFC 8414, section 2): on the document's
    /// own host.
    Discovered,
}

/// Limits of introspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntrospectionLimits {
    /// How long the issuer's response is used, at most until the token's `exp`: a revoked token is accepted for so long.
    /// Refusals are not used again. Default 60 s; zero asks for each request.
    pub max_age: Duration,
    /// The maximum number of responses that are kept, approximately. Default 10,000. Those of more than 16 KiB are not.
    pub max_tokens: usize,
    /// The maximum number of requests to the issuer at the same time. Default 32.
    pub max_concurrent: usize,
    /// The maximum number of callers that wait for a response of the issuer, or for a free request; others are refused as
    /// if the issuer were unavailable. Default 1,024.
    pub max_waiting: usize,
}

impl Default for IntrospectionLimits {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(60),
            max_tokens: 10_000,
            max_concurrent: 32,
            max_waiting: 1024,
        }
    }
}

impl IntrospectionConfig {
    /// Creates a configuration with the defaults.
    #[must_use]
    pub fn new(
        endpoint: IntrospectionEndpoint,
        client_id: &str,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            endpoint,
            client_id: client_id.to_owned(),
            client_secret: client_secret.into(),
            username_as_subject: false,
            limits: IntrospectionLimits::default(),
        }
    }
}
