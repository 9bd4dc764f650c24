//! The state of the task, published for requests.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tracing::Span;

use crate::keys::{KeyFault, KeySet, KeyStatus};
use crate::metrics::KeyMetrics;

/// A snapshot of an issuer's keys.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyState {
    pub(super) keys: Option<FetchedKeys>,
    /// Set if the latest attempt failed.
    pub(super) failure: Option<Failure>,
    /// The latest refetch for an unknown key id or a signature that does not verify.
    pub(super) forced: Option<Forced>,
    /// Whether a fetch is in progress.
    pub(super) fetching: bool,
}

#[derive(Debug, Clone)]
pub(super) struct FetchedKeys {
    pub(super) set: Arc<KeySet>,
    pub(super) at: Instant,
}

#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) fault: KeyFault,
    /// The fault in words, with the setting that mends it.
    pub(super) reason: String,
    /// When the first of the consecutive failures occurred.
    pub(super) since: Instant,
    /// The number of consecutive failures.
    pub(super) count: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Forced {
    pub(super) cause: Cause,
    /// When the next one is due.
    pub(super) next: Instant,
    pub(super) finished: Instant,
    pub(super) failure: Option<KeyFault>,
}

/// Why keys are fetched before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A token names an unknown key id.
    KeyId,
    /// A signature does not verify with the known keys.
    Signature,
}

impl Forced {
    /// Instants are bounded, and so is the time that is added to them.
    const LONGEST: Duration = Duration::from_secs(365 * 86_400);

    /// Returns when the refetch after this one is due, if this one starts now. On average, there is one per interval.
    pub(super) fn due(previous: Option<&Self>, interval: Duration) -> Instant {
        let now = Instant::now();
        previous.map_or(now, |previous| previous.next.max(now)) + interval.min(Self::LONGEST)
    }

    /// Returns whether it is too early for another refetch.
    ///
    /// One for a key id may come an interval early after one for a signature, so that a flood of forged signatures cannot
    /// keep a new key from being found.
    pub(super) fn is_too_early(&self, cause: Cause, interval: Duration) -> bool {
        let now = Instant::now();
        match (self.cause, cause) {
            (Cause::Signature, Cause::KeyId) => now + interval.min(Self::LONGEST) < self.next,
            _ => now < self.next,
        }
    }
}

impl KeyState {
    /// Updates the gauges.
    pub(super) fn show(&self, metrics: &KeyMetrics) {
        let keys = self.keys.as_ref();
        let failure = self.failure.as_ref();
        metrics.show(
            keys.map(|keys| (&*keys.set, keys.at.elapsed())),
            failure.map(|failure| failure.since.elapsed()),
        );
    }

    pub(super) fn status(&self, now: Instant) -> KeyStatus {
        let Some(keys) = &self.keys else {
            let failure = self.failure.as_ref();
            let reason = failure.map(|failure| failure.reason.clone());
            return KeyStatus::Starting { reason };
        };
        let age: Duration = now - keys.at;
        match &self.failure {
            None => KeyStatus::Ready {
                age,
                keys: keys.set.len(),
            },
            Some(failure) => KeyStatus::Degraded {
                age,
                failing_for: now - failure.since,
                reason: failure.reason.clone(),
            },
        }
    }
}

/// Written by the task, read by requests.
pub(super) struct Shared {
    state: ArcSwap<KeyState>,
    published: watch::Sender<()>,
    refetch: Notify,
    /// Whether one of the requests that asked for a refetch named an unknown key id.
    key_id_asked: AtomicBool,
    /// The span of the first request that asked for the refetch.
    asker: Mutex<Option<Span>>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            state: ArcSwap::default(),
            published: watch::Sender::new(()),
            refetch: Notify::new(),
            key_id_asked: AtomicBool::new(false),
            asker: Mutex::new(None),
        }
    }

    pub(super) fn state(&self) -> Arc<KeyState> {
        self.state.load_full()
    }

    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        let state = self.state.load();
        state.keys.as_ref().map(|keys| Arc::clone(&keys.set))
    }

    /// Replaces the state, then wakes the waiting requests: in this order, so that none misses the change.
    pub(super) fn publish(&self, state: KeyState) {
        self.state.store(Arc::new(state));
        self.published.send_replace(());
    }

    /// Must be called before [`state`](Self::state), so that a change between the two calls is noticed.
    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.published.subscribe()
    }

    pub(super) fn ask_for_refetch(&self, cause: Cause) {
        if cause == Cause::KeyId {
            self.key_id_asked.store(true, Ordering::Release);
        }
        self.asker().get_or_insert_with(Span::current);
        self.refetch.notify_one();
    }

    fn asker(&self) -> MutexGuard<'_, Option<Span>> {
        self.asker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clears a pending refetch. The request that asked for it reads the next published state, and may ask again.
    pub(super) fn forget_refetch(&self) {
        pin!(self.refetch.notified()).enable();
        self.key_id_asked.store(false, Ordering::Release);
        *self.asker() = None;
    }

    /// Waits until a request asks for a refetch. Returns why, and the span of that request.
    pub(super) async fn refetch_asked(&self) -> (Cause, Span) {
        self.refetch.notified().await;
        let cause = match self.key_id_asked.swap(false, Ordering::AcqRel) {
            true => Cause::KeyId,
            false => Cause::Signature,
        };
        (cause, self.asker().take().unwrap_or_else(Span::none))
    }
}
