//! These tests use tokio's paused clock, which jumps to the next event, so that no time is spent waiting.

mod fetcher;
mod metrics;
mod places;
mod refresh;
mod signatures;
mod unknown_keys;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::fetcher::{Fetch, Fetched};
use super::{KeyAddress, KeyRefresh, RemoteKeys, RemoteKeysConfig};
use crate::http::FetchError;
use crate::keys::KeyLookupError;
use crate::keys::{KeyFault, KeySet, KeySource, KeyStatus};
use crate::testing::TestKey;
use crate::verification::Algorithm;

/// An issuer that publishes the keys that the test sets. Clones are the same issuer.
#[derive(Clone, Default)]
struct Issuer(Arc<Published>);

#[derive(Default)]
struct Published {
    /// `None`: it responds with 500.
    keys: Mutex<Option<Vec<&'static str>>>,
    latency: Mutex<Duration>,
    fetches: AtomicUsize,
    at_once: AtomicUsize,
    breaks: Mutex<bool>,
}

impl Issuer {
    fn of(keys: &[&'static str]) -> Self {
        let issuer = Self::default();
        issuer.publish(keys);
        issuer
    }

    fn failing() -> Self {
        Self::default()
    }

    fn publish(&self, keys: &[&'static str]) {
        *self.0.keys.lock().unwrap() = Some(keys.to_vec());
    }

    fn fail(&self) {
        *self.0.keys.lock().unwrap() = None;
    }

    fn answers_after(&self, latency: Duration) {
        *self.0.latency.lock().unwrap() = latency;
    }

    /// Makes the next fetch panic.
    fn breaks(&self) {
        *self.0.breaks.lock().unwrap() = true;
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }

    fn keys(&self, refresh: KeyRefresh) -> RemoteKeys {
        let address = KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap());
        RemoteKeys::with_fetcher(
            RemoteKeysConfig {
                refresh,
                ..RemoteKeysConfig::new(address)
            },
            Box::new(self.clone()),
        )
    }

    /// Returns keys that were fetched once already.
    async fn started(&self, refresh: KeyRefresh) -> RemoteKeys {
        let keys = self.keys(refresh);
        pass(seconds(0.001)).await;
        assert_eq!(self.fetches(), 1, "fetched at start");
        keys
    }
}

impl Fetch for Issuer {
    fn fetch(&mut self) -> Fetched<'_> {
        self.0.fetches.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            assert_eq!(
                self.0.at_once.fetch_add(1, Ordering::SeqCst),
                0,
                "one fetch at a time"
            );
            let (latency, keys) = (
                *self.0.latency.lock().unwrap(),
                self.0.keys.lock().unwrap().clone(),
            );
            sleep(latency).await;
            self.0.at_once.fetch_sub(1, Ordering::SeqCst);
            assert!(!*self.0.breaks.lock().unwrap(), "told to break");
            let keys = keys.ok_or_else(|| KeyFault::Fetch(answered_500()))?;
            let keys: Vec<_> = keys
                .into_iter()
                .map(|id| TestKey::fixed().named(id, Algorithm::RS256).jwk())
                .collect();
            Ok(KeySet::from_json(
                json!({ "keys": keys }).to_string().as_bytes(),
                100,
            )?)
        })
    }
}

fn answered_500() -> FetchError {
    FetchError::Status {
        url: "https://issuer.example/jwks".to_owned(),
        status: 500,
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Advances the paused clock.
async fn pass(time: Duration) {
    sleep(time).await;
}

/// Returns whether requests see this key id without waiting.
fn has(keys: &RemoteKeys, key_id: &str) -> bool {
    keys.current().is_some_and(|set| set.has(key_id))
}

/// Returns the outcome of asking for this key.
async fn ask(keys: &RemoteKeys, key_id: &str) -> &'static str {
    match keys.with_key(key_id).await {
        Ok(set) if set.has(key_id) => "found",
        Ok(_) => "a set without it",
        Err(KeyLookupError::NotFound) => "not found",
        Err(KeyLookupError::Unavailable(error)) => match error.fault {
            KeyFault::Fetch(_) => "unavailable",
            KeyFault::TooManyWaiting(_) => "too many waiting",
            KeyFault::TooOld(_) => "too old",
            KeyFault::Stopped => "stopped",
            _ => "another fault",
        },
    }
}

/// Returns the outcome of this many concurrent requests, which must all have the same.
async fn ask_together(keys: &Arc<RemoteKeys>, count: usize, key_id: &'static str) -> &'static str {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let keys = Arc::clone(keys);
        requests.spawn(async move { ask(&keys, key_id).await });
    }
    let mut results = requests.join_all().await;
    results.dedup();
    let [result] = results[..] else {
        panic!("{results:?}")
    };
    result
}

fn status(keys: &RemoteKeys) -> &'static str {
    match keys.status() {
        KeyStatus::Starting { reason: None } => "starting",
        KeyStatus::Starting { reason: Some(_) } => "starting, failed",
        KeyStatus::Ready { .. } => "ready",
        KeyStatus::Degraded { .. } => "degraded",
    }
}
