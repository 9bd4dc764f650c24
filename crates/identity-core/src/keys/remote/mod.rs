//! Keys that are fetched from the issuer and refreshed in the background.
//!
//! One task per issuer makes all fetches. It publishes each result as a snapshot that requests read without a lock; a
//! request waits only for a key that is not in the snapshot.

mod config;
mod fetcher;
mod schedule;
mod state;
mod task;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;

pub use config::{KeyAddress, KeyRefresh, RemoteKeysConfig};
use fetcher::{Fetch, RemoteFetcher};
use state::{Cause, Forced, KeyState, Shared};
use task::RefreshTask;

use super::source::{KeySource, KeyStatus, KeysFuture, NewerKeys};
use super::{KeyError, KeyFault, KeyLookupError, KeySet};
use crate::http::HttpClient;
use crate::metrics::KeyMetrics;

/// The keys of one issuer, fetched over HTTP.
///
/// - Fetched at start; until that succeeds, retried once a second (`retry`).
/// - Refreshed before they are `ttl` old; the provider's cache headers are ignored.
/// - An unknown key id, or a signature that does not verify, causes a refetch, at most one per `forced_interval`.
/// - A failed refresh keeps the old keys, for at most `max_stale`, and is retried with increasing pauses.
/// - A key that is removed from the published set is no longer accepted.
pub struct RemoteKeys {
    shared: Arc<Shared>,
    waiting: AtomicUsize,
    /// The requests that wait because their signature does not verify. They take no slot of the others.
    rechecking: AtomicUsize,
    config: RemoteKeysConfig,
    metrics: KeyMetrics,
    task: AbortHandle,
}

impl RemoteKeys {
    /// Starts the task that fetches the keys. Returns immediately, before they are fetched.
    ///
    /// Must be called inside a tokio runtime. The task stops when the value is dropped.
    pub fn start(config: RemoteKeysConfig, http: HttpClient) -> Self {
        let fetcher = RemoteFetcher::new(&config, http);
        Self::with_fetcher(config, Box::new(fetcher))
    }

    fn with_fetcher(config: RemoteKeysConfig, fetcher: Box<dyn Fetch>) -> Self {
        let shared = Arc::new(Shared::new());
        let metrics = KeyMetrics::of(&config.address.issuer());
        let task = RefreshTask::new(
            Arc::clone(&shared),
            config.clone(),
            fetcher,
            metrics.clone(),
        );
        let task = tokio::spawn(task.run()).abort_handle();
        Self {
            shared,
            waiting: AtomicUsize::new(0),
            rechecking: AtomicUsize::new(0),
            config,
            metrics,
            task,
        }
    }

    /// Waits until the task publishes `key_id`, or until it is known that it will not.
    async fn wait_for(&self, key_id: &str) -> Result<Arc<KeySet>, KeyLookupError> {
        let arrived = Instant::now();
        let mut published = self.shared.subscribe();
        loop {
            let state = self.shared.state();
            match self.next_step(&state, key_id, arrived) {
                NextStep::Done(result) => return result,
                NextStep::Wait => {}
                NextStep::AskAndWait => self.shared.ask_for_refetch(Cause::KeyId),
            }
            if published.changed().await.is_err() {
                return Err(self.error(KeyFault::Stopped));
            }
        }
    }

    /// Waits until the task publishes other keys than `seen`. Returns `None` if it will not.
    async fn wait_for_newer(&self, seen: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        let arrived = Instant::now();
        let interval = self.config.refresh.forced_interval;
        let mut published = self.shared.subscribe();
        loop {
            let state = self.shared.state();
            let keys = state.keys.as_ref()?;
            if !Arc::ptr_eq(&keys.set, seen) {
                return Some(Arc::clone(&keys.set));
            }
            if !state.fetching {
                let last = state.forced.as_ref();
                if last.is_some_and(|forced| {
                    forced.finished >= arrived || forced.is_too_early(Cause::Signature, interval)
                }) {
                    return None;
                }
                self.shared.ask_for_refetch(Cause::Signature);
            }
            published.changed().await.ok()?;
        }
    }

    fn next_step(&self, state: &KeyState, key_id: &str, arrived: Instant) -> NextStep {
        let Some(keys) = &state.keys else {
            return match &state.failure {
                None => NextStep::Wait, // the first fetch is in progress
                Some(failure) => NextStep::Done(Err(self.error(failure.fault.clone()))),
            };
        };
        if key_id.is_empty() || keys.set.has(key_id) {
            return NextStep::Done(Ok(Arc::clone(&keys.set)));
        }
        if state.fetching {
            return NextStep::Wait;
        }
        // A refetch that finished while the request was waiting decides, however long it took.
        let interval = self.config.refresh.forced_interval;
        let answer = state.forced.as_ref();
        let answer = answer.filter(|forced| {
            let waited_for = forced.finished >= arrived;
            let too_recent = !waited_for && forced.is_too_early(Cause::KeyId, interval);
            if too_recent {
                self.metrics.limited();
            }
            waited_for || too_recent
        });
        match answer {
            None => NextStep::AskAndWait,
            Some(Forced { failure: None, .. }) => NextStep::Done(Err(KeyLookupError::NotFound)),
            Some(Forced {
                failure: Some(fault),
                ..
            }) => NextStep::Done(Err(self.error(fault.clone()))),
        }
    }

    fn error(&self, fault: KeyFault) -> KeyLookupError {
        let retry_after = match fault {
            KeyFault::TooManyWaiting(_) => Duration::from_secs(1),
            _ if self.shared.state().keys.is_none() => self.config.refresh.retry,
            _ => self.config.refresh.forced_interval,
        };
        KeyError { fault, retry_after }.into()
    }
}

enum NextStep {
    Done(Result<Arc<KeySet>, KeyLookupError>),
    Wait,
    AskAndWait,
}

impl KeySource for RemoteKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        self.shared.keys()
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        Box::pin(async move {
            let Some(_place) = Place::take(self, &self.waiting) else {
                self.metrics.turned_away();
                return Err(self.error(KeyFault::TooManyWaiting(self.config.refresh.max_waiting)));
            };
            self.wait_for(key_id).await
        })
    }

    fn newer_than<'a>(&'a self, seen: &'a Arc<KeySet>) -> NewerKeys<'a> {
        Box::pin(async move {
            let _place = Place::take(self, &self.rechecking)?;
            self.wait_for_newer(seen).await
        })
    }

    fn status(&self) -> KeyStatus {
        self.shared.state().status(Instant::now())
    }
}

impl Drop for RemoteKeys {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RemoteKeys")
            .field("address", &self.config.address)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// A slot for a waiting request. Released when dropped, and so also when the client disconnects.
struct Place<'a> {
    counter: &'a AtomicUsize,
    metrics: &'a KeyMetrics,
}

impl<'a> Place<'a> {
    fn take(keys: &'a RemoteKeys, counter: &'a AtomicUsize) -> Option<Self> {
        let is_free = |taken: usize| taken < keys.config.refresh.max_waiting;
        let taken = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            is_free(taken).then_some(taken + 1)
        });
        taken.ok()?;
        let metrics = &keys.metrics;
        metrics.begins_to_wait();
        Some(Self { counter, metrics })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
        self.metrics.ends_to_wait();
    }
}
