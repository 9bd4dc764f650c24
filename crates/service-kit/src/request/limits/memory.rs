//! The counters of this process: governor's arithmetic over a bounded number of entries.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use hashlink::LruCache;

use super::decision::{Cost, Verdict};
use super::key::Key;

/// Shards of the entries, so that workers rarely wait for one another.
const SHARDS: usize = 16;

/// How long something has been running: the clock of the counters.
#[derive(Clone)]
pub(crate) struct Ticks(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Ticks {
    /// Returns a clock that reads this.
    pub(crate) fn new(read: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Returns the machine's clock, which never goes back.
    pub(crate) fn of_machine() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }
}

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        (self.0)().into()
    }
}

/// The counters of one limit.
pub(super) struct Counters(RateLimiter<Ask, Entries, Ticks, StateInformationMiddleware>);

impl Counters {
    /// Returns counters for at most about `max_keys` keys.
    pub(super) fn new(quota: Quota, max_keys: usize, ticks: Ticks) -> Self {
        Self(RateLimiter::new(quota, Entries::new(max_keys), ticks))
    }

    /// Counts a request, if it is within the limit.
    pub(super) fn decide(&self, key: Key, cost: Cost) -> Verdict {
        match self.0.check_key(&Ask { key, cost }) {
            Ok(state) => Verdict::Within {
                remaining: state.remaining_burst_capacity(),
            },
            Err(until) => Verdict::Over {
                wait: until.wait_time_from(self.0.clock().now()),
            },
        }
    }

    /// Returns the number of entries, at the end of the test.
    #[cfg(test)]
    pub(super) fn into_len(self) -> usize {
        let shards = self.0.into_state_store().shards.into_iter();
        shards.map(|shard| shard.into_inner().unwrap().len()).sum()
    }
}

/// What governor is asked about.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Ask {
    key: Key,
    cost: Cost,
}

/// When the next request of each key would be due at the limit's rate. A full shard evicts the key that was not seen for the
/// longest time.
struct Entries {
    hasher: RandomState,
    shards: [Mutex<LruCache<Key, Nanos, RandomState>>; SHARDS],
}

impl Entries {
    fn new(max_keys: usize) -> Self {
        let each = max_keys.div_ceil(SHARDS);
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| {
                Mutex::new(LruCache::with_hasher(each, RandomState::new()))
            }),
        }
    }
}

impl StateStore for Entries {
    type Key = Ask;

    fn measure_and_replace<T, F, E>(&self, ask: &Ask, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let hash = self.hasher.hash_one(ask.key) as usize;
        let Some(shard) = self.shards.get(hash % SHARDS) else {
            return decide(None).map(|(outcome, _)| outcome);
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        // Also moves a key that is refused to the young end: a flood does not evict itself.
        let due = shard.get(&ask.key).copied();
        let (outcome, next) = decide(due)?;
        if ask.cost == Cost::One {
            shard.insert(ask.key, next);
        }
        Ok(outcome)
    }
}
