//! Configuration of an [`Authenticator`].

use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use tokio::runtime::Handle;

use crate::authenticator::{Authenticator, index_of};
use crate::authenticator_error::AuthenticatorError;
use crate::clock::{Clock, SystemClock};
use crate::http::{HttpClient, HttpConfig};
use crate::introspection::{Endpoint, IntrospectionConfig, Introspector};
use crate::key_origin::{KeptKeys, KeyOrigin};
use crate::keys::{KeyRefresh, KeySource, NoKeys};
use crate::provider::Provider;
use crate::setting_names::SettingNames;
use crate::token_cache::CacheLimits;
use crate::trusted_issuer::TrustedIssuer;
use crate::verification_rules::{TokenLimits, VerificationRules};
use crate::verifier::Verifier;

/// Configuration of an [`Authenticator`], created with [`Authenticator::builder`]. Everything except the provider has a
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
    names: SettingNames,
    kept: Vec<KeptKeys>,
}

#[derive(Debug)]
struct Issuer {
    provider: Arc<dyn Provider>,
    keys: Option<Arc<dyn KeySource>>,
    introspection: Option<IntrospectionConfig>,
}

impl Authenticator {
    /// Returns a builder for an authenticator that accepts the tokens of `provider`.
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
            names: SettingNames::default(),
            kept: Vec::new(),
        }
    }
}

impl AuthenticatorBuilder {
    /// Adds another provider whose tokens are accepted. A token's `iss` selects the provider.
    pub fn and(mut self, provider: impl Provider) -> Self {
        self.others.push(Issuer::new(provider));
        self
    }

    /// Sets the key source of the provider that was added last. Without one, keys are fetched from [`Provider::keys`].
    pub fn keys(mut self, keys: Arc<dyn KeySource>) -> Self {
        self.others.last_mut().unwrap_or(&mut self.first).keys = Some(keys);
        self
    }

    /// Takes over the keys of `other` for each provider whose keys are fetched from the same address, at the same times and
    /// within the same limits as those of one of its providers: they are not fetched again. Its cache is not taken over.
    ///
    /// Not checked: whether the [`http_client`](Self::http_client) is the same. With another one, leave this out.
    pub fn keys_of(mut self, other: &Authenticator) -> Self {
        self.kept = other.kept_keys();
        self
    }

    /// Has the issuer of the provider that was added last asked about tokens that are not JWTs (RFC 7662). For one provider
    /// only, because an opaque token does not say whose it is. Default: they are refused.
    ///
    /// JWTs are still verified with the issuer's keys, and never introspected. For an issuer without keys, set
    /// [`NoKeys`](crate::keys::NoKeys) as its [`keys`](Self::keys).
    pub fn introspection(mut self, config: IntrospectionConfig) -> Self {
        self.others
            .last_mut()
            .unwrap_or(&mut self.first)
            .introspection = Some(config);
        self
    }

    /// Sets the limits on requests to issuers: timeout, size, and hosts that plain http is allowed for.
    pub fn http(self, http: HttpConfig) -> Self {
        Self { http, ..self }
    }

    /// Sets the HTTP client that fetches keys: for a proxy, a private certificate authority, or certificate pinning.
    ///
    /// Start from [`client_builder`](crate::http::client_builder). Redirects are not followed, and the timeout and the
    /// size limit are those of [`http`](Self::http), even if the builder sets others.
    pub fn http_client(self, client: ClientBuilder) -> Self {
        Self {
            http_client: Some(client),
            ..self
        }
    }

    /// Sets when keys are fetched, and the limits on them.
    pub fn key_refresh(self, refresh: KeyRefresh) -> Self {
        Self { refresh, ..self }
    }

    /// Allows the key set to be on these hosts, besides the host of the discovery document. Default none.
    pub fn key_set_hosts(self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            key_set_hosts: hosts.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Sets the clock skew that is tolerated in `exp`, `nbf` and `iat`. Default 5 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.limits.leeway = leeway;
        self
    }

    /// Sets the maximum length of a token, in bytes. Default 16 KiB.
    pub fn max_token_bytes(mut self, max_bytes: usize) -> Self {
        self.limits.max_bytes = max_bytes;
        self
    }

    /// Accepts only access tokens in the form of RFC 9068, even if the providers accept others: `typ` must be `at+jwt`,
    /// and `aud`, `iat`, `jti` and `client_id` must be present.
    ///
    /// [`build`](Self::build) returns an error if a provider has no such tokens, such as Descope.
    pub fn rfc_9068_only(self) -> Self {
        Self {
            rfc_9068_only: true,
            ..self
        }
    }

    /// Sets how many verified tokens are cached. Default 10,000; [`CacheLimits::OFF`] disables the cache.
    pub fn cache(self, cache: CacheLimits) -> Self {
        Self { cache, ..self }
    }

    /// Sets the clock that `exp`, `nbf` and `iat` are compared with. Default [`SystemClock`].
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Sets the names of the service's settings, so that messages say which of them to change. Default none.
    pub fn setting_names(self, names: SettingNames) -> Self {
        Self { names, ..self }
    }

    /// Builds the authenticator, and starts to fetch the keys of each provider that has no key source of its own.
    ///
    /// Returns immediately, before the keys are fetched: [`Authenticator::key_status`] returns their status.
    ///
    /// Errors: two providers accept the same issuer; [`rfc_9068_only`](Self::rfc_9068_only) is set and a provider has
    /// no such tokens; keys have to be fetched, and the HTTP client cannot be built or there is no tokio runtime;
    /// [`introspection`](Self::introspection) cannot be used.
    pub fn build(mut self) -> Result<Authenticator, AuthenticatorError> {
        let client = self.http_client.take();
        let issuers = std::iter::once(&self.first).chain(&self.others);
        let issuers: Vec<_> = issuers
            .map(|issuer| Ok((issuer, self.rules_of(&*issuer.provider)?)))
            .collect::<Result<_, AuthenticatorError>>()?;
        self.check_introspection(issuers.iter().map(|(issuer, _)| *issuer))?;
        let index = index_of(issuers.iter().map(|(_, rules)| rules))?;
        let needs_client =
            |issuer: &Issuer| issuer.keys.is_none() || issuer.introspection.is_some();
        let http = match issuers.iter().any(|(issuer, _)| needs_client(issuer)) {
            true => Some(self.client(client)?),
            false => None,
        };
        let trusted = issuers
            .into_iter()
            .map(|(issuer, rules)| self.trusted(issuer, rules, http.as_ref()));
        let trusted = trusted.collect::<Result<_, _>>()?;
        let authenticator = Authenticator::new(trusted, index, self.cache, self.limits);
        Ok(authenticator.with_names(self.names))
    }

    fn check_introspection<'i>(
        &self,
        issuers: impl Iterator<Item = &'i Issuer>,
    ) -> Result<(), AuthenticatorError> {
        let introspected = issuers.filter(|issuer| issuer.introspection.is_some());
        match introspected.count() {
            0 => Ok(()),
            1 if self.rfc_9068_only => Err(AuthenticatorError::OpaqueRfc9068),
            1 => Ok(()),
            _ => Err(AuthenticatorError::SeveralIntrospections),
        }
    }

    /// `http` is `None` if no issuer is asked for anything.
    fn trusted(
        &self,
        issuer: &Issuer,
        rules: VerificationRules,
        http: Option<&HttpClient>,
    ) -> Result<TrustedIssuer, AuthenticatorError> {
        let mut origin = self.origin(issuer);
        let keys: Arc<dyn KeySource> = match (&issuer.keys, &mut origin, http) {
            (Some(keys), ..) => Arc::clone(keys),
            (None, Some(origin), Some(http)) => {
                Handle::try_current().map_err(|_| AuthenticatorError::NoRuntime)?;
                origin.keys(http, &self.kept)
            }
            _ => Arc::new(NoKeys), // unreachable: a client exists if an issuer has no keys
        };
        let introspector = match (&issuer.introspection, http) {
            (Some(config), Some(http)) => {
                let address = issuer.provider.keys();
                let endpoint = Endpoint::new(config, address, http.clone(), self.names)?;
                let name = rules.issuers.first().map(String::as_str);
                let clock = Arc::clone(&self.clock);
                let name = name.unwrap_or_default();
                Some(Introspector::new(config, endpoint, clock, name))
            }
            _ => None,
        };
        let verifier = Verifier::new(rules, Arc::clone(&keys), Arc::clone(&self.clock));
        let verifier = verifier.with_limits(self.limits);
        let provider = Arc::clone(&issuer.provider);
        let trusted = TrustedIssuer::new(provider, keys, verifier).with_keys_from(origin);
        Ok(trusted.introspected_by(introspector))
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

    fn client(&self, builder: Option<ClientBuilder>) -> Result<HttpClient, AuthenticatorError> {
        let config = self.http.clone();
        Ok(match builder {
            Some(builder) => HttpClient::from_builder(builder, config)?,
            None => HttpClient::new(config)?,
        })
    }

    /// Returns `None` if the keys of this issuer are not fetched.
    fn origin(&self, issuer: &Issuer) -> Option<KeyOrigin> {
        let origin = KeyOrigin::of(&*issuer.provider, self.refresh, self.names, &self.http);
        let origin = origin.allowing(&self.key_set_hosts);
        issuer.keys.is_none().then_some(origin)
    }
}

impl Issuer {
    fn new(provider: impl Provider) -> Self {
        Self {
            provider: Arc::new(provider),
            keys: None,
            introspection: None,
        }
    }
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
