//! Settings of the issuer: how it is reached, and how strictly its tokens are verified.

use std::time::Duration;

use identity_core::http::HttpConfig;
use identity_core::keys::KeyRefresh;
use identity_core::verification::TokenLimits;
use identity_core::{
    Authenticator, AuthenticatorBuilder, AuthenticatorError, CacheLimits, Provider, SettingNames,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::observe::trace;

use super::hosts::hosts;
use super::{ClientSettings, SettingsReader, text};

/// How the issuer's documents are fetched, how its keys are cached, and how strictly its tokens are verified. All
/// defaults suit Descope and Auth0.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
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
    #[serde(with = "KeySettings")]
    pub keys: KeyRefresh,
    /// How tokens are verified.
    #[serde(with = "TokenSettings")]
    pub tokens: TokenLimits,
    /// How many verified tokens are kept.
    #[serde(with = "CacheSettings")]
    pub cache: CacheLimits,
    /// The HTTP client's proxy and certificate authorities.
    #[serde(skip)]
    pub client: ClientSettings,
    /// Whether only access tokens in the form of RFC 9068 are accepted, whatever else the provider accepts: `typ` is
    /// `at+jwt`, and `aud`, `iat`, `jti` and `client_id` are present. Default `false`. Services whose provider issues
    /// such tokens have a setting for it.
    #[serde(skip)]
    pub rfc9068_only: bool,
    /// The names of the settings that only the service has, for messages: those of the audience and the algorithms.
    #[serde(skip)]
    pub names: SettingNames,
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

/// How [`KeyRefresh`] is written. The defaults are its own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "KeyRefresh")]
struct KeySettings {
    /// After this time the keys are fetched again, in the background.
    #[serde(rename = "ttl_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 86_400))]
    ttl: Duration,
    /// After this time the discovery document is read again.
    #[serde(rename = "discovery_ttl_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 86_400))]
    discovery_ttl: Duration,
    /// For this long old keys are used while they cannot be fetched again.
    #[serde(rename = "max_stale_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 2_592_000))]
    max_stale: Duration,
    /// At least this long between two fetches that tokens with an unknown key, or with a signature that fails, ask for; one for
    /// an unknown key may follow one for a signature at once.
    #[serde(rename = "refetch_interval_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 86_400))]
    forced_interval: Duration,
    /// Between two attempts while there are no keys, and the first pause after a failed one.
    #[serde(rename = "retry_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 86_400))]
    retry: Duration,
    /// The longest pause after failed attempts; it doubles until then.
    #[serde(rename = "max_retry_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 86_400))]
    max_retry: Duration,
    /// How many requests may wait for keys at the same time, and as many for signatures that fail; the others get 503, and
    /// those with such a signature 401.
    #[schemars(range(min = 0, max = 1_048_576))]
    max_waiting: usize,
    /// The largest number of keys in a key set that is read.
    #[serde(rename = "max_count")]
    #[schemars(range(min = 1, max = 10_000))]
    max_keys: usize,
}

/// How [`TokenLimits`] are written. The defaults are their own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "TokenLimits")]
struct TokenSettings {
    /// How far the clocks of the issuer and of this machine may differ.
    #[serde(rename = "leeway_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 300))]
    leeway: Duration,
    /// The longest token that is read.
    #[schemars(range(min = 1, max = 1_048_576))]
    max_bytes: usize,
}

/// How [`CacheLimits`] are written. The defaults are their own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "CacheLimits")]
struct CacheSettings {
    /// How many verified tokens are kept, so that they are not verified again; 0 keeps none.
    #[schemars(range(min = 0, max = 10_000_000))]
    max_tokens: usize,
    /// How much memory verified tokens may take; 0 keeps none.
    #[schemars(range(min = 0, max = 68_719_476_736_u64))]
    max_bytes: usize,
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
        // A list would be read as one host, or as a path that leads nowhere.
        if text.contains(',') {
            return Err("expected one address, and a comma in it as %2C");
        }
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

    /// Returns the limits and rules for fetching documents. The requests carry `traceparent` of the current span.
    pub fn http(&self) -> HttpConfig {
        HttpConfig {
            timeout: Duration::from_secs(self.fetch.timeout_seconds),
            max_bytes: self.fetch.max_bytes,
            plain_http_hosts: self.allow_http_issuer.clone(),
            headers: trace::outgoing(),
            ..HttpConfig::default()
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
            .key_refresh(self.keys)
            .leeway(self.tokens.leeway)
            .max_token_bytes(self.tokens.max_bytes)
            .cache(self.cache)
            .http_client(self.client.builder())
            .setting_names(SettingNames {
                key_set_hosts: Some("JWKS_HOSTS"),
                ..self.names
            });
        match self.rfc9068_only {
            true => builder.rfc_9068_only(),
            false => builder,
        }
    }
}

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod tests;
