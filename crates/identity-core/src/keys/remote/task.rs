//! The task that fetches an issuer's keys.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tracing::{Instrument, Span, info, info_span, warn};

use super::RemoteKeysConfig;
use super::fetcher::Fetch;
use super::schedule;
use super::state::{Cause, Failure, FetchedKeys, Forced, KeyState, Shared};
use crate::keys::{KeyFault, KeySet};
use crate::metrics::KeyMetrics;
use crate::setting_names::SettingNames;
use crate::token_error::Excerpt;

/// Makes all fetches of one issuer, so that there is only one at a time.
pub(super) struct RefreshTask {
    shared: Arc<Shared>,
    config: RemoteKeysConfig,
    fetcher: Box<dyn Fetch>,
    keeper: Keeper,
}

/// Updates the state with the results of fetches.
struct Keeper {
    issuer: String,
    max_stale: Duration,
    state: KeyState,
    metrics: KeyMetrics,
    names: SettingNames,
}

impl RefreshTask {
    pub(super) fn new(
        shared: Arc<Shared>,
        config: RemoteKeysConfig,
        fetcher: Box<dyn Fetch>,
        metrics: KeyMetrics,
    ) -> Self {
        let keeper = Keeper {
            issuer: config.address.issuer(),
            max_stale: config.refresh.max_stale,
            state: KeyState::default(),
            metrics,
            names: config.names,
        };
        Self {
            shared,
            config,
            fetcher,
            keeper,
        }
    }

    pub(super) async fn run(self) {
        let showing = show(Arc::clone(&self.shared), self.keeper.metrics.clone());
        tokio::select! {
            () = self.fetch_again_and_again() => {},
            () = showing => {},
        }
    }

    async fn fetch_again_and_again(mut self) {
        let mut due = Instant::now();
        loop {
            let (forced, asker) = tokio::select! {
                () = sleep_until(due) => (None, Span::none()),
                (cause, asker) = self.shared.refetch_asked() => (Some(cause), asker),
            };
            if forced.is_some_and(|cause| !self.may_be_forced(cause)) {
                continue;
            }
            self.refresh(forced, asker).await;
            due = self.next_attempt();
        }
    }

    fn next_attempt(&self) -> Instant {
        let state = &self.keeper.state;
        let due = Instant::now() + schedule::pause(&self.config.refresh, state, fastrand::f64());
        match (self.keeper.end(), &state.failure) {
            (Some(end), Some(_)) => due.min(end),
            _ => due,
        }
    }

    fn may_be_forced(&self, cause: Cause) -> bool {
        let interval = self.config.refresh.forced_interval;
        let last = self.keeper.state.forced.as_ref();
        last.is_none_or(|forced| !forced.is_too_early(cause, interval))
    }

    async fn refresh(&mut self, forced: Option<Cause>, asker: Span) {
        let keeper = &mut self.keeper;
        let next = Forced::due(
            keeper.state.forced.as_ref(),
            self.config.refresh.forced_interval,
        );
        keeper.state.fetching = true;
        self.shared.publish(keeper.state.clone());
        let span = fetch_span(&keeper.issuer, asker);
        let mut fetch = pin!(self.fetcher.fetch().instrument(span));
        let result = loop {
            tokio::select! {
                biased;
                result = &mut fetch => break result,
                // The keys in use expire on time, even if the issuer is slow to respond.
                () = until(keeper.end()) => {
                    keeper.let_go();
                    self.shared.publish(keeper.state.clone());
                }
            }
        };
        keeper
            .metrics
            .fetched(result.as_ref().map(|_| ()), forced.is_some());
        keeper.state.fetching = false;
        if let Some(cause) = forced {
            keeper.state.forced = Some(Forced {
                cause,
                next,
                finished: Instant::now(),
                failure: result.as_ref().err().cloned(),
            });
        }
        match result {
            Ok(set) => keeper.succeeded(set),
            Err(fault) => keeper.failed(fault),
        }
        self.shared.forget_refetch();
        self.shared.publish(keeper.state.clone());
        keeper.state.show(&keeper.metrics);
    }
}

impl Keeper {
    /// When the keys in use become too old; `None` if there are none, or if the time is out of range.
    fn end(&self) -> Option<Instant> {
        self.state.keys.as_ref()?.at.checked_add(self.max_stale)
    }

    fn succeeded(&mut self, set: KeySet) {
        let issuer = &self.issuer;
        let known = self.state.keys.as_ref().map(|keys| keys.set.skipped());
        // Logged only when the list changes, not on each refresh.
        if known != Some(set.skipped()) {
            for skipped in set.skipped() {
                let key_id = Excerpt::new(skipped.id.as_deref());
                warn!(issuer, key.id = %key_id, reason = %skipped.reason, "key {key_id} of {issuer} is not used: {}", skipped.reason);
            }
        }
        if self.state.keys.is_none() || self.state.failure.is_some() {
            info!(issuer, keys = set.len(), "keys of {issuer} fetched");
        }
        self.state.keys = Some(FetchedKeys {
            set: Arc::new(set),
            at: Instant::now(),
        });
        self.state.failure = None;
    }

    fn failed(&mut self, fault: KeyFault) {
        if self.end().is_some_and(|end| end <= Instant::now()) {
            self.let_go();
        } else {
            self.note(fault);
        }
    }

    /// Drops the keys in use, which have become too old.
    fn let_go(&mut self) {
        self.state.keys = None;
        self.note(KeyFault::TooOld(self.max_stale));
    }

    fn note(&mut self, fault: KeyFault) {
        let issuer = &self.issuer;
        let last = self.state.failure.as_ref();
        let reason = self.names.told(&fault);
        if last.map(|failure| &failure.reason) != Some(&reason) {
            warn!(issuer, %reason, "keys of {issuer} could not be fetched: {reason}");
        }
        let (since, count) = match last {
            None => (Instant::now(), 1),
            Some(failure) => (failure.since, failure.count.saturating_add(1)),
        };
        self.state.failure = Some(Failure {
            fault,
            reason,
            since,
            count,
        });
    }
}

/// Returns the span of a fetch: in the trace of the request that asked for it, or in a trace of its own. If no trace wants
/// it, the fetch is in the span of that request.
fn fetch_span(issuer: &str, asker: Span) -> Span {
    let span = info_span!(target: "spans", parent: asker.id(), "key fetch", issuer);
    match span.is_disabled() {
        true => asker,
        false => span,
    }
}

/// Waits until this time, or forever if it is `None`.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Updates the gauges every second, independently of the fetches.
async fn show(shared: Arc<Shared>, metrics: KeyMetrics) {
    loop {
        shared.state().show(&metrics);
        sleep(Duration::from_secs(1)).await;
    }
}

impl Drop for RefreshTask {
    /// Publishes a state without keys: without the task, a key removed from the set would stay accepted, and waiting
    /// requests would wait forever.
    fn drop(&mut self) {
        let failure = Failure {
            reason: KeyFault::Stopped.to_string(),
            fault: KeyFault::Stopped,
            since: Instant::now(),
            count: 1,
        };
        let stopped = KeyState {
            failure: Some(failure),
            ..KeyState::default()
        };
        stopped.show(&self.keeper.metrics);
        self.shared.publish(stopped);
    }
}
