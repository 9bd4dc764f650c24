//! One limit.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use governor::Quota;
use metrics::{Counter, counter};

use super::config::Rate;
use super::memory::{Counters, Ticks};
use crate::metrics::RATE_LIMITED;

const MINUTE: Duration = Duration::from_secs(60);

/// A limit that is set.
pub(crate) struct Limit {
    name: &'static str,
    burst: NonZeroU32,
    interval: Duration,
    policy: HeaderValue,
    counters: Counters,
    refused: Counter,
}

impl Limit {
    /// Returns the limit of this rate. Returns `None` if none is set.
    pub(super) fn new(
        name: &'static str,
        rate: Rate,
        max_keys: usize,
        ticks: &Ticks,
    ) -> Option<Self> {
        let per_minute = rate.per_minute?;
        let burst = rate.burst.unwrap_or(per_minute);
        let interval = MINUTE / per_minute.get();
        let quota = Quota::with_period(interval)?.allow_burst(burst);
        let window = seconds(MINUTE * burst.get() / per_minute.get());
        let policy = format!("\"{name}\";q={burst};w={window}");
        Some(Self {
            name,
            burst,
            interval,
            policy: HeaderValue::from_str(&policy).ok()?,
            counters: Counters::new(quota, max_keys, ticks.clone()),
            refused: counter!(RATE_LIMITED, "limit" => name),
        })
    }

    /// Returns its name.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the time in which one more request becomes available.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Returns how many requests are accepted at once.
    pub(super) fn burst(&self) -> u32 {
        self.burst.get()
    }

    /// Returns the counters of this process.
    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Returns the number of entries, at the end of the test.
    #[cfg(test)]
    pub(super) fn into_entries(self) -> usize {
        self.counters.into_len()
    }

    /// Counts a request that was refused.
    pub(super) fn count_refusal(&self) {
        self.refused.increment(1);
    }

    /// Returns the value of `RateLimit-Policy`: the burst, and the time in which all of it is restored.
    pub(super) fn policy(&self) -> HeaderValue {
        self.policy.clone()
    }

    /// Returns the value of `RateLimit`: what remains, and the time after which there is more.
    pub(super) fn told(&self, remaining: u32, more_after: Duration) -> HeaderValue {
        let (name, seconds) = (self.name, seconds(more_after));
        let value = format!("\"{name}\";r={remaining};t={seconds}");
        // Names are plain, so that it is a value.
        HeaderValue::from_maybe_shared(value)
            .unwrap_or_else(|_| HeaderValue::from_static("\"\";r=0"))
    }
}

/// Returns whole seconds, rounded up, and at least 1, as `Retry-After` is.
fn seconds(duration: Duration) -> u64 {
    let whole = duration.as_secs();
    (whole + u64::from(duration.subsec_nanos() > 0)).max(1)
}
