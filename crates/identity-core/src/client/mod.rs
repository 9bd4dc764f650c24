//! A client that gets access tokens for this program itself, with the client credentials grant (RFC 6749, section 4.4), and
//! the requests of other grants.

mod answer;
mod oauth_client;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

pub use answer::{DeviceAuthorization, OAuthError, TokenResponse};
pub use oauth_client::OAuthClient;

use crate::discovery::{Discovery, DiscoveryConfig, DiscoveryError};
use crate::http::{FetchError, HttpClient};

/// Configuration of a [`TokenClient`].
#[derive(Debug, Clone)]
pub struct TokenClientConfig {
    /// Where the discovery document is, which names the token endpoint.
    pub discovery: DiscoveryConfig,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`. For Descope, an access key.
    pub client_secret: SecretString,
    /// How the client authenticates.
    pub authentication: ClientAuthentication,
    /// `scope`: the requested scopes, separated by spaces. `None` requests the provider's default.
    pub scope: Option<String>,
    /// `audience`: the API that the token is for. Required by Auth0.
    pub audience: Option<String>,
    /// How long before its expiry a cached token is renewed; at most half of its lifetime. Default 30 s.
    pub renew_before: Duration,
}

impl TokenClientConfig {
    /// 30 s.
    pub const DEFAULT_RENEW_BEFORE: Duration = Duration::from_secs(30);
}

/// The client authentication method (OpenID Connect Core 1.0, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_secret_basic`: in the `Authorization` header, each part form-encoded first (RFC 6749, section 2.3.1).
    Basic,
    /// `client_secret_post`: in the request body.
    Post,
}

/// Gets access tokens, and caches each until shortly before it expires. Use one per client and API.
pub struct TokenClient {
    config: TokenClientConfig,
    http: HttpClient,
    kept: ArcSwapOption<AccessToken>,
    endpoint: Mutex<Option<Url>>,
}

/// An access token, to be sent as a bearer token. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    scope: Option<String>,
    lifetime: Option<Duration>,
    renew_at: Instant,
}

impl AccessToken {
    /// Returns the token itself, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Returns the granted scopes, if the provider returned them.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the lifetime of the token when it was issued, if the provider returned it.
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

/// Why no token could be obtained.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientError {
    /// The token endpoint could not be discovered.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The request to the token endpoint failed.
    #[error("token endpoint: {0}")]
    Fetch(#[from] FetchError),
    /// The provider refused the request. The operator must act: the client, its secret or the request is wrong.
    #[error("token refused: {0}")]
    Refused(OAuthError),
    /// The response is neither a token nor a known error.
    #[error("token endpoint at {url}: {reason}")]
    Unreadable {
        /// The URL of the token endpoint.
        url: String,
        /// What is wrong with the response.
        reason: String,
    },
}

impl TokenClientError {
    /// Returns the stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Discovery(_) => "discovery_failed",
            Self::Fetch(_) => "token_endpoint_unreachable",
            Self::Refused(_) => "token_refused",
            Self::Unreadable { .. } => "token_answer_unreadable",
        }
    }
}

impl TokenClient {
    /// Creates a client without a token. Nothing is requested before the first call of [`token`](Self::token).
    pub fn new(config: TokenClientConfig, http: HttpClient) -> Self {
        Self {
            config,
            http,
            kept: ArcSwapOption::empty(),
            endpoint: Mutex::new(None),
        }
    }

    /// Returns the cached token, or a new one if it is about to expire. Concurrent calls share one request.
    ///
    /// A token without a known lifetime is not cached.
    pub async fn token(&self) -> Result<Arc<AccessToken>, TokenClientError> {
        if let Some(token) = self.still_good() {
            return Ok(token);
        }
        let mut endpoint = self.endpoint.lock().await;
        if let Some(token) = self.still_good() {
            return Ok(token); // another call got it while this one waited
        }
        let url = match endpoint.take() {
            Some(url) => url,
            None => Discovery::fetch(&self.http, &self.config.discovery)
                .await?
                .token_endpoint()?,
        };
        let token = Arc::new(self.request(&url).await?);
        *endpoint = Some(url); // not stored after a failure: the next call looks it up again
        self.kept.store(Some(Arc::clone(&token)));
        Ok(token)
    }

    /// Drops the cached token, so that the next call gets a new one. Call it when an API refuses the token.
    pub fn forget(&self) {
        self.kept.store(None);
    }

    fn still_good(&self) -> Option<Arc<AccessToken>> {
        self.kept
            .load_full()
            .filter(|token| Instant::now() < token.renew_at)
    }

    async fn request(&self, url: &Url) -> Result<AccessToken, TokenClientError> {
        let asked = Instant::now();
        let config = &self.config;
        let mut fields = vec![("grant_type", "client_credentials")];
        for (name, value) in [("scope", &config.scope), ("audience", &config.audience)] {
            fields.extend(value.as_deref().map(|value| (name, value)));
        }
        let client = OAuthClient {
            id: config.client_id.clone(),
            secret: Some(config.client_secret.clone()),
            authentication: config.authentication,
        };
        let granted = client.tokens(&self.http, url, &fields).await?;
        let lifetime = granted.lifetime();
        let kept_for = kept_for(lifetime, config.renew_before);
        Ok(AccessToken {
            secret: granted.access_token,
            scope: granted.scope,
            lifetime,
            // The lifetime is out of range, so the provider is mistaken: the token is not cached.
            renew_at: asked.checked_add(kept_for).unwrap_or(asked),
        })
    }
}

/// Returns the lifetime less `renew_before`, but at least half of the lifetime.
fn kept_for(lifetime: Option<Duration>, renew_before: Duration) -> Duration {
    let lifetime = lifetime.unwrap_or_default();
    lifetime - renew_before.min(lifetime / 2)
}

impl fmt::Debug for TokenClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenClient")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
