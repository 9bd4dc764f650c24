//! Metrics of an issuer's keys.

use std::time::Duration;

use metrics::{Counter, Gauge, counter, gauge};

use super::names::{
    KEY_AGE, KEY_FAILING, KEY_FETCHES, KEY_TURNED_AWAY, KEY_WAITING, KEYS, KEYS_SKIPPED, REFETCHES,
};
use crate::keys::{KeyFault, KeySet};

/// The metrics of one issuer's keys.
#[derive(Clone)]
pub(crate) struct KeyMetrics {
    age: Gauge,
    failing: Gauge,
    keys: Gauge,
    skipped: Gauge,
    fetched: Counter,
    discovery_failed: Counter,
    fetch_failed: Counter,
    key_set_failed: Counter,
    refetched: Counter,
    limited: Counter,
    waiting: Gauge,
    turned_away: Counter,
}

impl KeyMetrics {
    /// Looks up the metrics in the installed recorder.
    pub(crate) fn of(issuer: &str) -> Self {
        let gauge = |name: &'static str| gauge!(name, "issuer" => issuer.to_owned());
        let counter = |name: &'static str, outcome: &'static str| counter!(name, "issuer" => issuer.to_owned(), "outcome" => outcome);
        Self {
            age: gauge(KEY_AGE),
            failing: gauge(KEY_FAILING),
            keys: gauge(KEYS),
            skipped: gauge(KEYS_SKIPPED),
            fetched: counter(KEY_FETCHES, "success"),
            discovery_failed: counter(KEY_FETCHES, "discovery"),
            fetch_failed: counter(KEY_FETCHES, "fetch"),
            key_set_failed: counter(KEY_FETCHES, "key_set"),
            refetched: counter(REFETCHES, "fetched"),
            limited: counter(REFETCHES, "limited"),
            waiting: gauge(KEY_WAITING),
            turned_away: counter!(KEY_TURNED_AWAY, "issuer" => issuer.to_owned()),
        }
    }

    /// Updates the gauges.
    pub(crate) fn show(&self, keys: Option<(&KeySet, Duration)>, failing_for: Option<Duration>) {
        let seconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64();
        self.age.set(seconds(keys.map(|(_, age)| age)));
        self.failing.set(seconds(failing_for));
        let count = |of: fn(&KeySet) -> usize| keys.map_or(0, |(set, _)| of(set)) as f64;
        self.keys.set(count(KeySet::len));
        self.skipped.set(count(|set| set.skipped().len()));
    }

    /// Counts a fetch by its outcome.
    pub(crate) fn fetched(&self, result: Result<(), &KeyFault>, forced: bool) {
        let outcome = match result {
            Ok(()) => &self.fetched,
            Err(KeyFault::Discovery(_)) => &self.discovery_failed,
            Err(KeyFault::KeySet(_)) => &self.key_set_failed,
            Err(_) => &self.fetch_failed,
        };
        outcome.increment(1);
        if forced {
            self.refetched.increment(1);
        }
    }

    /// Counts a request for an unknown key that got no refetch, because the last one was too recent.
    pub(crate) fn limited(&self) {
        self.limited.increment(1);
    }

    /// Adds a waiting request.
    pub(crate) fn begins_to_wait(&self) {
        self.waiting.increment(1.0);
    }

    /// Removes a waiting request.
    pub(crate) fn ends_to_wait(&self) {
        self.waiting.decrement(1.0);
    }

    /// Counts a request that was refused because too many were already waiting.
    pub(crate) fn turned_away(&self) {
        self.turned_away.increment(1);
    }
}
