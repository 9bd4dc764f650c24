//! The limits in force.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tracing::info;

use super::config::RateLimitConfig;
use super::count::Limits;
use super::memory::Ticks;
use super::store::Store;
use super::store_url::StoreUrl;
use crate::settings::ServiceSettings;

/// The limits of a service, shared by its workers. Off until [`apply`](Self::apply).
#[derive(Clone)]
pub(crate) struct RateLimits {
    active: Arc<ArcSwapOption<Active>>,
    ticks: Ticks,
}

/// Limits, and what they were made from.
struct Active {
    config: RateLimitConfig,
    url: Option<StoreUrl>,
    limits: Arc<Limits>,
}

impl RateLimits {
    /// Returns none, by this clock.
    pub(crate) fn off(ticks: Ticks) -> Self {
        Self {
            active: Arc::default(),
            ticks,
        }
    }

    /// Puts the limits of these settings in force. Those that are in force already keep their counters; any change begins
    /// with new ones in this process, and with those of the store.
    ///
    /// With RATE_LIMIT_URL it starts the thread that connects to the store, and does not wait for it.
    pub(crate) fn apply(&self, service: &str, settings: &ServiceSettings) {
        let (config, url) = (&settings.rate_limit, &settings.rate_limit_url);
        if !config.is_set() {
            if let Some(url) = url {
                info!("RATE_LIMIT_URL is set, but no limit is: nothing is counted at {url}");
            }
            self.active.store(None);
            return;
        }
        let current = self.active.load();
        let is_same = |active: &Arc<Active>| active.config == *config && active.url == *url;
        if current.as_ref().is_some_and(is_same) {
            return;
        }
        let store = url
            .as_ref()
            .and_then(|url| Store::start(url, service, config));
        self.active.store(Some(Arc::new(Active {
            limits: Arc::new(Limits::new(config, store, &self.ticks)),
            config: config.clone(),
            url: url.clone(),
        })));
    }

    /// Returns the limits. Returns `None` if none is set.
    pub(crate) fn active(&self) -> Option<Arc<Limits>> {
        let active = self.active.load();
        active.as_ref().map(|active| Arc::clone(&active.limits))
    }

    /// Returns what is wrong with the store, if there is one that cannot be used now.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.active()?.store()?.fault()
    }
}
