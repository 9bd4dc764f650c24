//! Where the keys of a provider come from, so that another authenticator can take over the same keys.

use std::sync::Arc;

use crate::http::{HttpClient, HttpConfig};
use crate::keys::{KeyAddress, KeyRefresh, KeySource, RemoteKeys, RemoteKeysConfig, UnnamedKeys};
use crate::provider::Provider;
use crate::setting_names::SettingNames;
use crate::verification_rules::KeyIdRule;

/// How the keys of a provider are fetched. Equal ones fetch the same keys at the same times, if the HTTP client is the
/// same too, which cannot be compared.
#[derive(Debug, Clone)]
pub(crate) struct KeyOrigin {
    config: RemoteKeysConfig,
    http: HttpConfig,
    /// Whether the keys were another authenticator's before.
    pub(crate) is_kept: bool,
}

/// A key source that is in use.
#[derive(Debug, Clone)]
pub(crate) struct KeptKeys {
    pub(crate) origin: KeyOrigin,
    pub(crate) keys: Arc<dyn KeySource>,
}

impl KeyOrigin {
    pub(crate) fn of(
        provider: &dyn Provider,
        refresh: KeyRefresh,
        names: SettingNames,
        http: &HttpConfig,
    ) -> Self {
        let config = RemoteKeysConfig {
            address: provider.keys(),
            refresh,
            names,
            unnamed: match provider.verification().key_ids {
                KeyIdRule::OptionalWithOneKey => UnnamedKeys::Used,
                KeyIdRule::Required => UnnamedKeys::Skipped,
            },
        };
        Self {
            config,
            http: http.clone(),
            is_kept: false,
        }
    }

    /// Allows the key set to be on these hosts, besides the host of the discovery document.
    pub(crate) fn allowing(mut self, hosts: &[String]) -> Self {
        if let KeyAddress::Discovered(discovery) = &mut self.config.address {
            discovery.endpoint_hosts.extend_from_slice(hosts);
        }
        self
    }

    /// Returns the keys of this origin that are in use, or starts to fetch them.
    pub(crate) fn keys(&mut self, http: &HttpClient, kept: &[KeptKeys]) -> Arc<dyn KeySource> {
        let is_same =
            |kept: &&KeptKeys| kept.origin.config == self.config && kept.origin.http == self.http;
        match kept.iter().find(is_same) {
            Some(kept) => {
                self.is_kept = true;
                Arc::clone(&kept.keys)
            }
            None => Arc::new(RemoteKeys::start(self.config.clone(), http.clone())),
        }
    }
}

#[cfg(test)]
#[path = "key_origin_tests.rs"]
mod tests;
