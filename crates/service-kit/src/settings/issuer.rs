//! Settings of how an issuer is spoken to.

use std::time::Duration;

use identity_core::http::HttpConfig;
use identity_core::keys::KeyRefresh;
use identity_core::verification::TokenLimits;
use identity_core::{
    Authenticator, AuthenticatorBuilder, AuthenticatorError, CacheLimits, Provider,
};
use url::{Host, Url};

use super::SettingsReader;
use super::reader::Setting;

/// How the issuer's documents are fetched, how its keys are kept, and how strictly its tokens are read. All of it has
/// defaults that suit Descope and Auth0.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// `ALLOW_HTTP_ISSUER`, `FETCH_TIMEOUT_SECONDS`, `FETCH_MAX_BYTES`.
    pub http: HttpConfig,
    /// `JWKS_HOSTS`: hosts besides the issuer's own that its key set may be on, between commas. Default none.
    pub jwks_hosts: Vec<String>,
    /// `KEYS_...` and `DISCOVERY_TTL_SECONDS`.
    pub refresh: KeyRefresh,
    /// `LEEWAY_SECONDS`: how far the clocks may differ. Default 5 s.
    pub leeway: Duration,
    /// `MAX_TOKEN_BYTES`: the longest token that is read. Default 16 KiB.
    pub max_token_bytes: usize,
    /// `CACHE_MAX_TOKENS` and `CACHE_MAX_BYTES`: how many verified tokens are kept. Default 10,000 and 64 MiB; 0 keeps none.
    pub cache: CacheLimits,
    /// `RFC9068_ONLY`: whether nothing but access tokens in the form of RFC 9068 is accepted, whatever else the provider
    /// accepts: `typ` is `at+jwt`, and `aud`, `iat`, `jti` and `client_id` are there. Default `false`.
    pub rfc_9068_only: bool,
}

impl Default for IssuerSettings {
    fn default() -> Self {
        Self {
            http: HttpConfig::default(),
            jwks_hosts: Vec::new(),
            refresh: KeyRefresh::default(),
            leeway: TokenLimits::default().leeway,
            max_token_bytes: TokenLimits::default().max_bytes,
            cache: CacheLimits::default(),
            rfc_9068_only: false,
        }
    }
}

impl IssuerSettings {
    /// Reads all of them.
    pub fn read(reader: &mut SettingsReader) -> Self {
        let default = Self::default();
        Self {
            http: HttpConfig {
                timeout: reader
                    .shared("FETCH_TIMEOUT_SECONDS")
                    .seconds(default.http.timeout, 1..=60),
                max_bytes: reader
                    .shared("FETCH_MAX_BYTES")
                    .count(default.http.max_bytes, 1..=1 << 30),
                plain_http_hosts: hosts(reader, "ALLOW_HTTP_ISSUER"),
                user_agent: default.http.user_agent,
            },
            jwks_hosts: hosts(reader, "JWKS_HOSTS"),
            refresh: refresh(reader, default.refresh),
            leeway: reader
                .shared("LEEWAY_SECONDS")
                .seconds(default.leeway, 0..=300),
            max_token_bytes: reader
                .shared("MAX_TOKEN_BYTES")
                .count(default.max_token_bytes, 1..=1 << 20),
            cache: CacheLimits {
                max_tokens: reader
                    .shared("CACHE_MAX_TOKENS")
                    .count(default.cache.max_tokens, 0..=10_000_000),
                max_bytes: reader
                    .shared("CACHE_MAX_BYTES")
                    .count(default.cache.max_bytes, 0..=1 << 36),
            },
            rfc_9068_only: reader.shared("RFC9068_ONLY").switch(default.rfc_9068_only),
        }
    }

    /// Authenticates the callers of `provider` as these settings say. Must be called inside a tokio runtime.
    pub fn authenticator(
        &self,
        provider: impl Provider,
    ) -> Result<Authenticator, AuthenticatorError> {
        self.applied_to(Authenticator::builder(provider)).build()
    }

    /// The builder with these settings.
    pub fn applied_to(&self, builder: AuthenticatorBuilder) -> AuthenticatorBuilder {
        let builder = builder
            .http(self.http.clone())
            .key_set_hosts(self.jwks_hosts.iter().cloned())
            .key_refresh(self.refresh)
            .leeway(self.leeway)
            .max_token_bytes(self.max_token_bytes)
            .cache(self.cache);
        match self.rfc_9068_only {
            true => builder.rfc_9068_only(),
            false => builder,
        }
    }
}

/// Hosts, as they stand in an address: in lower case, and an IPv6 one in brackets.
fn hosts(reader: &mut SettingsReader, name: &'static str) -> Vec<String> {
    let hosts = reader.shared(name).list();
    let (good, bad): (Vec<_>, Vec<_>) = hosts
        .iter()
        .map(|host| Host::parse(host))
        .partition(Result::is_ok);
    if !bad.is_empty() {
        reader.problem(format!(
            "{name} cannot be used: expected hosts between commas, without scheme, port and path, such as id.example.com"
        ));
    }
    good.into_iter()
        .flatten()
        .map(|host| host.to_string())
        .collect()
}

impl Setting<'_> {
    /// An address that `issuer` allows to fetch documents from, if it is set: one of https, or of plain http where that
    /// is loopback or a host that `ALLOW_HTTP_ISSUER` names. Without a user and password: the address is shown to people.
    pub fn address(mut self, issuer: &IssuerSettings) -> Option<Url> {
        let expected = "expected an address, such as https://id.example.com/";
        let url = Url::parse(self.value()?).ok();
        let Some(url) = url.filter(Url::has_host) else {
            self.unusable(expected);
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            self.unusable("expected an address without a user and a password");
            return None;
        }
        if !issuer.http.allows(&url) {
            self.unusable("expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_ISSUER names");
            return None;
        }
        Some(url)
    }
}

fn refresh(reader: &mut SettingsReader, default: KeyRefresh) -> KeyRefresh {
    let day = 24 * 60 * 60;
    KeyRefresh {
        ttl: reader
            .shared("KEYS_TTL_SECONDS")
            .seconds(default.ttl, 1..=day),
        discovery_ttl: reader
            .shared("DISCOVERY_TTL_SECONDS")
            .seconds(default.discovery_ttl, 0..=day),
        max_stale: reader
            .shared("KEYS_MAX_STALE_SECONDS")
            .seconds(default.max_stale, 0..=30 * day),
        forced_interval: reader
            .shared("KEYS_REFETCH_INTERVAL_SECONDS")
            .seconds(default.forced_interval, 1..=day),
        retry: reader
            .shared("KEYS_RETRY_SECONDS")
            .seconds(default.retry, 1..=day),
        max_retry: reader
            .shared("KEYS_MAX_RETRY_SECONDS")
            .seconds(default.max_retry, 1..=day),
        max_waiting: reader
            .shared("KEYS_MAX_WAITING")
            .count(default.max_waiting, 0..=1 << 20),
        max_keys: reader
            .shared("KEYS_MAX_COUNT")
            .count(default.max_keys, 1..=10_000),
    }
}

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod tests;
