//! Where an issuer's keys are and how they are kept fresh.

use std::time::Duration;

use url::Url;

use crate::discovery::DiscoveryConfig;
use crate::http;

/// Where [`RemoteKeys`](super::RemoteKeys) gets keys from, and how it keeps them fresh.
#[derive(Debug, Clone)]
pub struct RemoteKeysConfig {
    /// Where the key set is.
    pub address: KeyAddress,
    /// When it is fetched and how much of it is read.
    pub refresh: KeyRefresh,
}

/// When keys are fetched, and the limits. The defaults suit Descope and Auth0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRefresh {
    /// After this long a key set is refreshed in the background, a little earlier by chance. Default 5 min.
    pub ttl: Duration,
    /// How long a discovery document is used before it is read again. Default 1 h.
    pub discovery_ttl: Duration,
    /// For this long old keys are used while no refresh succeeds. Default 24 h.
    pub max_stale: Duration,
    /// Between two refetches that unknown key ids ask for. Default 5 s.
    pub forced_interval: Duration,
    /// Between two attempts while there are no keys, and the first pause after a failed refresh. Default 1 s.
    pub retry: Duration,
    /// The longest pause after failed refreshes; the pause doubles from `retry` on. Default 60 s.
    pub max_retry: Duration,
    /// How many requests may wait for keys at the same time; the others are told to come back. Default 1,024.
    pub max_waiting: usize,
    /// The largest number of keys in a set. Default 100.
    pub max_keys: usize,
}

/// Where a key set is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeyAddress {
    /// Where the discovery document says.
    Discovered(DiscoveryConfig),
    /// At this address.
    Fixed(Url),
}

impl KeyAddress {
    /// Whose keys they are, for the log and the metrics.
    pub(super) fn issuer(&self) -> String {
        match self {
            Self::Discovered(discovery) => discovery.issuers.first().cloned().unwrap_or_default(),
            Self::Fixed(url) => http::for_log(url),
        }
    }
}

impl RemoteKeysConfig {
    /// Keys from there, kept with the defaults.
    pub fn new(address: KeyAddress) -> Self {
        Self {
            address,
            refresh: KeyRefresh::default(),
        }
    }
}

impl Default for KeyRefresh {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(5 * 60),
            discovery_ttl: Duration::from_secs(60 * 60),
            max_stale: Duration::from_secs(24 * 60 * 60),
            forced_interval: Duration::from_secs(5),
            retry: Duration::from_secs(1),
            max_retry: Duration::from_secs(60),
            max_waiting: 1024,
            max_keys: 100,
        }
    }
}
