//! The front door: from providers to an [`Authenticator`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use tokio::runtime::Handle;

use crate::authenticator::{Authenticator, TrustedIssuer};
use crate::clock::{Clock, SystemClock};
use crate::http::{HttpClient, HttpConfig, HttpSetupError};
use crate::keys::{KeyAddress, KeyRefresh, KeySource, RemoteKeys, RemoteKeysConfig};
use crate::provider::Provider;
use crate::token_cache::CacheLimits;
use crate::verification_rules::{TokenLimits, VerificationRules};
use crate::verifier::Verifier;

/// Configuration of an [`Authenticator`]; [`Authenticator::builder`] starts one. Everything but the provider has a
/// default.
#[derive(Debug)]
#[must_use = "nothing happens before `build`"]
pub struct AuthenticatorBuilder {
    first: Issuer,
    others: Vec<Issuer>,
    http: HttpConfig,
    http_client: Option<ClientBuilder>,
    refresh: KeyRefresh,
    key_set_hosts: Vec<String>,
    limits: TokenLimits,
    rfc_9068_only: bool,
    cache: CacheLimits,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Issuer {
    provider: Arc<dyn Provider>,
    keys: Option<Arc<dyn KeySource>>,
}

/// Why an [`Authenticator`] cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorError {
    /// Two providers accept the same `iss`, so that it would not select one.
    #[error("two providers accept the issuer {0}")]
    SharedIssuer(String),
    /// [`AuthenticatorBuilder::rfc_9068_only`] was called for a provider that never accepts the type `at+jwt`: every
    /// token would be refused.
    #[error("{0} issues no tokens in the form of RFC 9068: its type at+jwt is not an accepted one")]
    NoRfc9068(String),
    /// The HTTP client cannot be built.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
    /// Keys are fetched by a task, which needs a tokio runtime.
    #[error("keys are fetched by a task: build must be called inside a tokio runtime")]
    NoRuntime,
}

impl Authenticator {
    /// Starts to configure an authenticator of this provider's callers.
    ///
    /// ```
    /// use identity_core::Authenticator;
    /// use identity_core::providers::Auth0;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let provider = Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com")?;
    /// let authenticator = Authenticator::builder(provider).build()?;
    /// assert!(authenticator.authenticate("not a token").await.is_err());
    /// # Ok(()) }
    /// ```
    pub fn builder(provider: impl Provider) -> AuthenticatorBuilder {
        AuthenticatorBuilder {
            first: Issuer::new(provider),
            others: Vec::new(),
            http: HttpConfig::default(),
            http_client: None,
            refresh: KeyRefresh::default(),
            key_set_hosts: Vec::new(),
            limits: TokenLimits::default(),
            rfc_9068_only: false,
            cache: CacheLimits::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl AuthenticatorBuilder {
    /// Accepts the tokens of this provider too. Its `iss` tells its tokens from those of the others.
    pub fn and(mut self, provider: impl Provider) -> Self {
        self.others.push(Issuer::new(provider));
        self
    }

    /// The keys of the provider that was added last, in place of those that would be fetched from [`Provider::keys`].
    pub fn keys(mut self, keys: Arc<dyn KeySource>) -> Self {
        self.others.last_mut().unwrap_or(&mut self.first).keys = Some(keys);
        self
    }

    /// The limits on requests to issuers: timeout, size, hosts that may be plain http.
    pub fn http(self, http: HttpConfig) -> Self {
        Self { http, ..self }
    }

    /// Fetches keys with a client of this builder: for a proxy, a company's certificate authority, or pinning.
    ///
    /// [`client_builder`](crate::http::client_builder) is one to start from. Redirects are not followed, and timeout and
    /// size limit are those of [`http`](Self::http), whatever was set on the builder.
    pub fn http_client(self, client: ClientBuilder) -> Self {
        Self {
            http_client: Some(client),
            ..self
        }
    }

    /// When keys are fetched, and how many.
    pub fn key_refresh(self, refresh: KeyRefresh) -> Self {
        Self { refresh, ..self }
    }

    /// Hosts besides the discovery document's own that a key set may be on. Default none.
    pub fn key_set_hosts(self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            key_set_hosts: hosts.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// How far the clocks may differ. Default 5 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.limits.leeway = leeway;
        self
    }

    /// The longest token that is read, in bytes. Default 16 KiB.
    pub fn max_token_bytes(mut self, max_bytes: usize) -> Self {
        self.limits.max_bytes = max_bytes;
        self
    }

    /// Accepts nothing but access tokens in the form of RFC 9068, whatever else the providers accept: `typ` is `at+jwt`,
    /// and `aud`, `iat`, `jti` and `client_id` are there.
    ///
    /// [`build`](Self::build) refuses it for a provider that has no such tokens, such as Descope.
    pub fn rfc_9068_only(self) -> Self {
        Self {
            rfc_9068_only: true,
            ..self
        }
    }

    /// How many verified tokens are cached. Default 10,000; [`CacheLimits::OFF`] for none.
    pub fn cache(self, cache: CacheLimits) -> Self {
        Self { cache, ..self }
    }

    /// The clock that `exp`, `nbf` and `iat` are compared with. Default the system's.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Builds the authenticator, and starts to fetch the keys of each provider that none were given for.
    ///
    /// Returns at once, keys or not: [`Authenticator::key_status`] says how they are.
    ///
    /// Errors: two providers accept the same issuer; a provider has no tokens in the form of RFC 9068 and only those are
    /// accepted; keys are to be fetched, and the HTTP client cannot be built or there is no tokio runtime.
    pub fn build(mut self) -> Result<Authenticator, AuthenticatorError> {
        let client = self.http_client.take();
        let issuers = std::iter::once(&self.first).chain(&self.others);
        let issuers: Vec<_> = issuers
            .map(|issuer| Ok((issuer, self.rules_of(&*issuer.provider)?)))
            .collect::<Result<_, AuthenticatorError>>()?;
        let index = index_of(issuers.iter().map(|(_, rules)| rules))?;
        let http = match issuers.iter().any(|(issuer, _)| issuer.keys.is_none()) {
            true => Some(self.fetching_client(client)?),
            false => None,
        };
        let trusted = issuers.into_iter().filter_map(|(issuer, rules)| {
            let keys: Arc<dyn KeySource> = match (&issuer.keys, &http) {
                (Some(keys), _) => Arc::clone(keys),
                (None, Some(http)) => Arc::new(self.remote_keys(&*issuer.provider, http)),
                (None, None) => return None, // there is a client where one is needed
            };
            let verifier = Verifier::new(rules, Arc::clone(&keys), Arc::clone(&self.clock));
            let verifier = verifier.with_limits(self.limits);
            let provider = Arc::clone(&issuer.provider);
            Some(TrustedIssuer::new(provider, keys, verifier))
        });
        let trusted = trusted.collect();
        Ok(Authenticator::new(trusted, index, self.cache, self.limits))
    }

    fn rules_of(&self, provider: &dyn Provider) -> Result<VerificationRules, AuthenticatorError> {
        let rules = provider.verification();
        match self.rfc_9068_only {
            false => Ok(rules),
            true if rules.accept_rfc_9068() => Ok(rules.for_rfc_9068_only()),
            true => {
                let issuer = rules.issuers.into_iter().next();
                Err(AuthenticatorError::NoRfc9068(issuer.unwrap_or_default()))
            }
        }
    }

    fn fetching_client(
        &self,
        builder: Option<ClientBuilder>,
    ) -> Result<HttpClient, AuthenticatorError> {
        Handle::try_current().map_err(|_| AuthenticatorError::NoRuntime)?;
        let config = self.http.clone();
        Ok(match builder {
            Some(builder) => HttpClient::from_builder(builder, config)?,
            None => HttpClient::new(config)?,
        })
    }

    fn remote_keys(&self, provider: &dyn Provider, http: &HttpClient) -> RemoteKeys {
        let mut config = RemoteKeysConfig {
            address: provider.keys(),
            refresh: self.refresh,
        };
        if let KeyAddress::Discovered(discovery) = &mut config.address {
            discovery
                .endpoint_hosts
                .extend_from_slice(&self.key_set_hosts);
        }
        RemoteKeys::start(config, http.clone())
    }
}

impl Issuer {
    fn new(provider: impl Provider) -> Self {
        Self {
            provider: Arc::new(provider),
            keys: None,
        }
    }
}

/// Returns the position of the issuer that accepts each `iss`. Errors: two accept the same.
fn index_of<'a>(
    issuers: impl Iterator<Item = &'a VerificationRules>,
) -> Result<BTreeMap<String, usize>, AuthenticatorError> {
    let mut index = BTreeMap::new();
    for (position, rules) in issuers.enumerate() {
        for name in &rules.issuers {
            let other = index.insert(name.clone(), position);
            if other.is_some_and(|other| other != position) {
                return Err(AuthenticatorError::SharedIssuer(name.clone()));
            }
        }
    }
    Ok(index)
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
