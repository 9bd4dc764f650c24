//! Configuration of remote keys.

use std::time::Duration;

use url::Url;

use crate::discovery::DiscoveryConfig;
use crate::http;
use crate::keys::UnnamedKeys;
use crate::setting_names::SettingNames;

/// Configuration of [`RemoteKeys`](super::RemoteKeys).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteKeysConfig {
    /// Where the key set is.
    pub address: KeyAddress,
    /// When it is fetched, and the limits.
    pub refresh: KeyRefresh,
    /// The names of the settings that mend a fault, for the log and the status.
    pub names: SettingNames,
    /// What becomes of keys without `kid`. Default: they are skipped.
    pub unnamed: UnnamedKeys,
}

/// When keys are fetched, and the limits. The defaults suit Descope and Auth0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRefresh {
    /// The time after which a key set is refreshed in the background, up to a tenth earlier at random. Default 5 min.
    pub ttl: Duration,
    /// How long a discovery document is used before it is fetched again. Default 1 h.
    pub discovery_ttl: Duration,
    /// How long old keys are used while refreshes fail. Default 24 h.
    pub max_stale: Duration,
    /// The minimum time between two refetches for unknown key ids and for signatures that do not verify. Default 5 s.
    /// A refetch for a key id may follow one for a signature at once; the next is then due twice this time after that.
    pub forced_interval: Duration,
    /// The pause between attempts while there are no keys, and the first pause after a failed refresh. Default 1 s.
    pub retry: Duration,
    /// The longest pause after failed refreshes; starting from `retry`, the pause doubles. Default 60 s.
    pub max_retry: Duration,
    /// How many requests may wait for keys at the same time; others get
    /// [`KeyFault::TooManyWaiting`](crate::keys::KeyFault::TooManyWaiting). As many more may wait because a signature does not
    /// verify; others are then refused at once. Default 1,024.
    pub max_waiting: usize,
    /// The maximum number of keys in a set. Default 100.
    pub max_keys: usize,
}

/// Where a key set is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyAddress {
    /// In the discovery document (`jwks_uri`).
    Discovered(DiscoveryConfig),
    /// At this URL.
    Fixed(Url),
}

impl KeyAddress {
    /// Returns the name of the issuer in the log and the metrics.
    pub(super) fn issuer(&self) -> String {
        match self {
            Self::Discovered(discovery) => discovery.issuers.first().cloned().unwrap_or_default(),
            Self::Fixed(url) => http::for_log(url),
        }
    }
}

impl RemoteKeysConfig {
    /// Creates a configuration with this address and the defaults.
    pub fn new(address: KeyAddress) -> Self {
        Self {
            address,
            refresh: KeyRefresh::default(),
            names: SettingNames::default(),
            unnamed: UnnamedKeys::default(),
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
