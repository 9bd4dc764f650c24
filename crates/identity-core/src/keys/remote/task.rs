//! The task that fetches an issuer's keys.

use std::sync::Arc;

use metrics::{counter, gauge};
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::RemoteKeysConfig;
use super::fetcher::Fetch;
use super::schedule;
use super::state::{Failure, FetchedKeys, Forced, KeyState, Shared};
use crate::keys::{KeyFault, KeySet};
use crate::token_error::Excerpt;

/// Owns every fetch of one issuer, so that there is one at a time.
pub(super) struct RefreshTask {
    shared: Arc<Shared>,
    config: RemoteKeysConfig,
    fetcher: Box<dyn Fetch>,
    state: KeyState,
}

impl RefreshTask {
    pub(super) fn new(
        shared: Arc<Shared>,
        config: RemoteKeysConfig,
        fetcher: Box<dyn Fetch>,
    ) -> Self {
        Self {
            shared,
            config,
            fetcher,
            state: KeyState::default(),
        }
    }

    pub(super) async fn run(mut self) {
        let mut due = Instant::now();
        loop {
            let forced = tokio::select! {
                () = sleep_until(due) => false,
                () = self.shared.refetch_asked() => true,
            };
            if forced && !self.may_be_forced() {
                continue;
            }
            self.refresh(forced).await;
            due = self.next_attempt();
        }
    }

    fn next_attempt(&self) -> Instant {
        let due =
            Instant::now() + schedule::pause(&self.config.refresh, &self.state, fastrand::f64());
        match (&self.state.keys, &self.state.failure) {
            (Some(keys), Some(_)) => keys
                .at
                .checked_add(self.config.refresh.max_stale)
                .map_or(due, |end| due.min(end)),
            _ => due,
        }
    }

    fn may_be_forced(&self) -> bool {
        let interval = self.config.refresh.forced_interval;
        self.state
            .forced
            .as_ref()
            .is_none_or(|forced| !forced.is_recent(interval))
    }

    async fn refresh(&mut self, forced: bool) {
        let started = Instant::now();
        self.state.fetching = true;
        self.shared.publish(self.state.clone());
        let result = self.fetcher.fetch().await;
        self.state.fetching = false;
        if forced {
            self.state.forced = Some(Forced {
                started,
                finished: Instant::now(),
                failure: result.as_ref().err().cloned(),
            });
        }
        match result {
            Ok(set) => self.succeeded(set),
            Err(fault) => self.failed(fault),
        }
        self.shared.forget_refetch();
        self.shared.publish(self.state.clone());
    }

    fn succeeded(&mut self, set: KeySet) {
        counter!("identity_key_fetches_total", "outcome" => "success").increment(1);
        gauge!("identity_keys").set(set.len() as f64);
        let issuer = self.config.address.issuer();
        let known = self.state.keys.as_ref().map(|keys| keys.set.skipped());
        // Said once, and not with each refresh.
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
        counter!("identity_key_fetches_total", "outcome" => "failure").increment(1);
        let now = Instant::now();
        let issuer = self.config.address.issuer();
        let (since, count) = match &self.state.failure {
            None => (now, 1),
            Some(failure) => (failure.since, failure.count.saturating_add(1)),
        };
        let mut fault = fault;
        let too_old = |keys: &FetchedKeys| now - keys.at >= self.config.refresh.max_stale;
        if self.state.keys.as_ref().is_some_and(too_old) {
            self.state.keys = None;
            fault = KeyFault::TooOld(self.config.refresh.max_stale);
        }
        let last = self
            .state
            .failure
            .as_ref()
            .map(|failure| failure.fault.to_string());
        if last.as_deref() != Some(&fault.to_string()) {
            warn!(issuer, reason = %fault, "keys of {issuer} could not be fetched: {fault}");
        }
        self.state.failure = Some(Failure {
            fault,
            since,
            count,
        });
    }
}

impl Drop for RefreshTask {
    /// Without the task nobody learns that a key left the set, and whoever waits would wait for ever.
    fn drop(&mut self) {
        let failure = Failure {
            fault: KeyFault::Stopped,
            since: Instant::now(),
            count: 1,
        };
        self.shared.publish(KeyState {
            failure: Some(failure),
            ..KeyState::default()
        });
    }
}
