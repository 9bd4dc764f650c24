//! Settings of the issuer: how it is reached, and how strictly its tokens are verified.

use std::time::Duration;

use identity_core::http::HttpConfig;
use identity_core::keys::KeyRefresh;
use identity_core::verification::TokenLimits;
use identity_core::{
    Authenticator, AuthenticatorBuilder, AuthenticatorError, CacheLimits, Provider,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use url::{Host, Url};

use super::{ClientSettings, SettingsReader};

/// How the issuer's documents are fetched, how its keys are cached, and how strictly its tokens are verified. All
/// defaults suit Descope and Auth0.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct IssuerSettings {
    /// Hosts besides loopback that may be reached without TLS, such as local-issuer.
    #[serde(deserialize_with = "hosts")]
    #[schemars(extend("x-expected" = "hosts, with commas between them, without scheme, port and path, such as id.example.com"))]
    pub allow_http_issuer: Vec<String>,
    /// Hosts besides the issuer's own that its key set may be on.
    #[serde(deserialize_with = "hosts")]
    #[schemars(extend("x-expected" = "hosts, with commas between them, without scheme, port and path, such as id.example.com"))]
    pub jwks_hosts: Vec<String>,
    /// Limits of a response of the issuer.
    pub fetch: FetchSettings,
    /// When keys are fetched again, and how long they are used.
    pub keys: KeySettings,
    /// How tokens are verified.
    pub tokens: TokenSettings,
    /// How many verified tokens are kept.
    pub cache: CacheSettings,
    /// The HTTP client's proxy and certificate authorities.
    #[serde(skip)]
    pub client: ClientSettings,
    /// Whether only access tokens in the form of RFC 9068 are accepted, whatever else the provider accepts: `typ` is
    /// `at+jwt`, and `aud`, `iat`, `jti` and `client_id` are present. Default `false`. Services whose provider issues
    /// such tokens have a setting for it.
    #[serde(skip)]
    pub rfc9068_only: bool,
}

/// Limits of a response of the issuer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FetchSettings {
    /// How long a response of the issuer may take.
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: u64,
    /// The largest response of the issuer that is read.
    #[schemars(range(min = 1, max = 1_073_741_824))]
    pub max_bytes: usize,
}

impl Default for FetchSettings {
    fn default() -> Self {
        let default = HttpConfig::default();
        Self {
            timeout_seconds: default.timeout.as_secs(),
            max_bytes: default.max_bytes,
        }
    }
}

/// When keys are fetched again, and how long they are used.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeySettings {
    /// After this time the keys are fetched again, in the background.
    #[schemars(range(min = 1, max = 86_400))]
    pub ttl_seconds: u64,
    /// After this time the discovery document is read again.
    #[schemars(range(min = 0, max = 86_400))]
    pub discovery_ttl_seconds: u64,
    /// For this long old keys are used while they cannot be fetched again.
    #[schemars(range(min = 0, max = 2_592_000))]
    pub max_stale_seconds: u64,
    /// At least this long between two fetches that tokens with an unknown key ask for.
    #[schemars(range(min = 1, max = 86_400))]
    pub refetch_interval_seconds: u64,
    /// Between two attempts while there are no keys, and the first pause after a failed one.
    #[schemars(range(min = 1, max = 86_400))]
    pub retry_seconds: u64,
    /// The longest pause after failed attempts; it doubles until then.
    #[schemars(range(min = 1, max = 86_400))]
    pub max_retry_seconds: u64,
    /// How many requests may wait for keys at the same time; the others get 503.
    #[schemars(range(min = 0, max = 1_048_576))]
    pub max_waiting: usize,
    /// The largest number of keys in a key set that is read.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_count: usize,
}

impl Default for KeySettings {
    fn default() -> Self {
        let default = KeyRefresh::default();
        Self {
            ttl_seconds: default.ttl.as_secs(),
            discovery_ttl_seconds: default.discovery_ttl.as_secs(),
            max_stale_seconds: default.max_stale.as_secs(),
            refetch_interval_seconds: default.forced_interval.as_secs(),
            retry_seconds: default.retry.as_secs(),
            max_retry_seconds: default.max_retry.as_secs(),
            max_waiting: default.max_waiting,
            max_count: default.max_keys,
        }
    }
}

/// How tokens are verified.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenSettings {
    /// How far the clocks of the issuer and of this machine may differ.
    #[schemars(range(min = 0, max = 300))]
    pub leeway_seconds: u64,
    /// The longest token that is read.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub max_bytes: usize,
}

impl Default for TokenSettings {
    fn default() -> Self {
        let default = TokenLimits::default();
        Self {
            leeway_seconds: default.leeway.as_secs(),
            max_bytes: default.max_bytes,
        }
    }
}

/// How many verified tokens are kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CacheSettings {
    /// How many verified tokens are kept, so that they are not verified again; 0 keeps none.
    #[schemars(range(min = 0, max = 10_000_000))]
    pub max_tokens: usize,
    /// How much memory verified tokens may take; 0 keeps none.
    #[schemars(range(min = 0, max = 68_719_476_736_u64))]
    pub max_bytes: usize,
}

impl Default for CacheSettings {
    fn default() -> Self {
        let default = CacheLimits::default();
        Self {
            max_tokens: default.max_tokens,
            max_bytes: default.max_bytes,
        }
    }
}

impl IssuerSettings {
    /// Reads all settings of the issuer.
    pub fn read(reader: &mut SettingsReader) -> Self {
        Self {
            client: ClientSettings::read(reader),
            ..reader.group(Self::default())
        }
    }

    /// Returns the URL at `path` if documents may be fetched from `text`: it is https, or plain http to loopback or to
    /// a host in `ALLOW_HTTP_ISSUER`, and has no user and password, because it is shown to people. Otherwise reports
    /// the setting as unusable.
    pub fn address(
        &self,
        reader: &mut SettingsReader,
        path: &str,
        text: Option<&str>,
    ) -> Option<Url> {
        match self.fetchable(text?) {
            Ok(url) => Some(url),
            Err(expected) => {
                reader.unusable(path, expected);
                None
            }
        }
    }

    /// Parses a URL. Errors: what is expected, if it is not a URL that documents may be fetched from.
    pub fn fetchable(&self, text: &str) -> Result<Url, &'static str> {
        let url = Url::parse(text).ok().filter(Url::has_host);
        let url = url.ok_or("expected an address, such as https://id.example.com/")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("expected an address without a user and a password");
        }
        if !self.http().allows(&url) {
            return Err(
                "expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_ISSUER names",
            );
        }
        Ok(url)
    }

    /// Returns the limits and rules for fetching documents.
    pub fn http(&self) -> HttpConfig {
        HttpConfig {
            timeout: Duration::from_secs(self.fetch.timeout_seconds),
            max_bytes: self.fetch.max_bytes,
            plain_http_hosts: self.allow_http_issuer.clone(),
            ..HttpConfig::default()
        }
    }

    /// Returns the key refresh configuration.
    pub fn refresh(&self) -> KeyRefresh {
        let keys = &self.keys;
        KeyRefresh {
            ttl: Duration::from_secs(keys.ttl_seconds),
            discovery_ttl: Duration::from_secs(keys.discovery_ttl_seconds),
            max_stale: Duration::from_secs(keys.max_stale_seconds),
            forced_interval: Duration::from_secs(keys.refetch_interval_seconds),
            retry: Duration::from_secs(keys.retry_seconds),
            max_retry: Duration::from_secs(keys.max_retry_seconds),
            max_waiting: keys.max_waiting,
            max_keys: keys.max_count,
        }
    }

    /// Returns the limits of the cache.
    pub fn cache_limits(&self) -> CacheLimits {
        CacheLimits {
            max_tokens: self.cache.max_tokens,
            max_bytes: self.cache.max_bytes,
        }
    }

    /// Returns an authenticator for `provider` with these settings. Must be called inside a tokio runtime.
    pub fn authenticator(
        &self,
        provider: impl Provider,
    ) -> Result<Authenticator, AuthenticatorError> {
        self.applied_to(Authenticator::builder(provider)).build()
    }

    /// Applies these settings to a builder.
    pub fn applied_to(&self, builder: AuthenticatorBuilder) -> AuthenticatorBuilder {
        let builder = builder
            .http(self.http())
            .key_set_hosts(self.jwks_hosts.iter().cloned())
            .key_refresh(self.refresh())
            .leeway(Duration::from_secs(self.tokens.leeway_seconds))
            .max_token_bytes(self.tokens.max_bytes)
            .cache(self.cache_limits())
            .http_client(self.client.builder());
        match self.rfc9068_only {
            true => builder.rfc_9068_only(),
            false => builder,
        }
    }
}

/// Parses hosts and normalizes them as in a URL: in lower case, with brackets around an IPv6 address.
fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let hosts = Vec::<String>::deserialize(deserializer)?;
    let hosts = hosts
        .iter()
        .map(|host| Host::parse(host).map(|host| host.to_string()));
    hosts
        .collect::<Result<_, _>>()
        .map_err(serde::de::Error::custom)
}

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod tests;
