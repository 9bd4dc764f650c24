//! Getting access tokens for this program itself: the client credentials grant (RFC 6749, section 4.4).

mod answer;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::byte_serialize;

pub use answer::OAuthError;

use crate::discovery::{Discovery, DiscoveryConfig, DiscoveryError};
use crate::http::{FetchError, HttpClient};

/// Who asks for a token, where, and for what.
#[derive(Debug, Clone)]
pub struct TokenClientConfig {
    /// Where the discovery document is: the token endpoint is taken from it.
    pub discovery: DiscoveryConfig,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`. At Descope it is an access key.
    pub client_secret: SecretString,
    /// How the secret is sent.
    pub authentication: ClientAuthentication,
    /// `scope`: what to ask for, separated by spaces. `None` asks for what the provider gives by default.
    pub scope: Option<String>,
    /// `audience`: the API that the token is for. Auth0 needs it.
    pub audience: Option<String>,
    /// How long before its end a kept token is renewed; never more than half of its lifetime. Default 30 s.
    pub renew_before: Duration,
}

impl TokenClientConfig {
    /// 30 s.
    pub const DEFAULT_RENEW_BEFORE: Duration = Duration::from_secs(30);
}

/// How a client proves who it is (OpenID Connect Core 1.0, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_secret_basic`: in the `Authorization` header, each part form-encoded first (RFC 6749, section 2.3.1).
    Basic,
    /// `client_secret_post`: in the body.
    Post,
}

/// Gets access tokens and keeps each until shortly before its end. Share one per client and API.
pub struct TokenClient {
    config: TokenClientConfig,
    http: HttpClient,
    kept: ArcSwapOption<AccessToken>,
    endpoint: Mutex<Option<Url>>,
}

/// A token to send as a bearer. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    scope: Option<String>,
    lifetime: Option<Duration>,
    renew_at: Instant,
}

impl AccessToken {
    /// The token itself, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The granted scopes, where the provider named them.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// How long it was good for when it was issued, where the provider said so.
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

/// Why there is no token.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientError {
    /// The token endpoint could not be found out.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The token endpoint did not answer.
    #[error("token endpoint: {0}")]
    Fetch(#[from] FetchError),
    /// The provider refused. The operator must act: the client, its secret or what it asks for is not right.
    #[error("token refused: {0}")]
    Refused(OAuthError),
    /// The answer is neither a token nor an error that is known.
    #[error("token endpoint at {url}: {reason}")]
    Unreadable {
        /// Where it is.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl TokenClientError {
    /// The stable code of this error.
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
    /// A client that has no token yet. Nothing is sent before the first [`token`](Self::token).
    pub fn new(config: TokenClientConfig, http: HttpClient) -> Self {
        Self {
            config,
            http,
            kept: ArcSwapOption::empty(),
            endpoint: Mutex::new(None),
        }
    }

    /// The kept token, or a new one if it is about to end. Callers that come together share one request.
    ///
    /// A token whose lifetime the provider does not say is not kept.
    pub async fn token(&self) -> Result<Arc<AccessToken>, TokenClientError> {
        if let Some(token) = self.still_good() {
            return Ok(token);
        }
        let mut endpoint = self.endpoint.lock().await;
        if let Some(token) = self.still_good() {
            return Ok(token); // somebody else got it while this call waited
        }
        let url = match endpoint.take() {
            Some(url) => url,
            None => Discovery::fetch(&self.http, &self.config.discovery)
                .await?
                .token_endpoint()?,
        };
        let token = Arc::new(self.request(&url).await?);
        *endpoint = Some(url); // after a failure it is looked up again
        self.kept.store(Some(Arc::clone(&token)));
        Ok(token)
    }

    /// Forgets the kept token, so that the next call gets a new one: for when an API refuses it.
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
        let answer = self.http.post(url, |request| self.fill(request)).await?;
        let granted = answer::read(url, answer.status, &answer.body)?;
        let lifetime = granted.lifetime();
        let kept_for = kept_for(lifetime, self.config.renew_before);
        Ok(AccessToken {
            secret: granted.access_token,
            scope: granted.scope,
            lifetime,
            // A time that no clock will show: the provider is mistaken, and the token is not kept.
            renew_at: asked.checked_add(kept_for).unwrap_or(asked),
        })
    }

    fn fill(&self, request: RequestBuilder) -> RequestBuilder {
        let config = &self.config;
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(config.scope.as_deref().map(|scope| ("scope", scope)));
        form.extend(
            config
                .audience
                .as_deref()
                .map(|audience| ("audience", audience)),
        );
        let secret = config.client_secret.expose_secret();
        match config.authentication {
            ClientAuthentication::Post => {
                form.extend([
                    ("client_id", config.client_id.as_str()),
                    ("client_secret", secret),
                ]);
                request.form(&form)
            }
            ClientAuthentication::Basic => {
                let user = form_encoded(&config.client_id);
                request
                    .basic_auth(user, Some(form_encoded(secret)))
                    .form(&form)
            }
        }
    }
}

/// `renew_before` its end, but for half of its lifetime at least.
fn kept_for(lifetime: Option<Duration>, renew_before: Duration) -> Duration {
    let lifetime = lifetime.unwrap_or_default();
    lifetime - renew_before.min(lifetime / 2)
}

fn form_encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

impl fmt::Debug for TokenClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenClient")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
