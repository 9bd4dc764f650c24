//! Admitting attempts, and counting those that fail.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use super::bucket::{Limit, Room};
use super::buckets::Buckets;
use super::clock::SteadyClock;

/// Counts failures per network and per name, in this process only.
///
/// It keeps hashes instead of names and addresses, which are personal data.
pub struct Throttle {
    config: ThrottleConfig,
    clock: Arc<dyn SteadyClock>,
    hasher: RandomState,
    counts: Mutex<Counts>,
    /// How long an attempt waits for running ones.
    longest_wait: Duration,
    /// How many more attempts may wait for running ones.
    waiting: Semaphore,
    ended: Notify,
}

/// The limits of a [`Throttle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// What is counted, such as the sign-ins of people.
    pub kind: &'static str,
    /// Failures from one network.
    pub per_network: Limit,
    /// Failures under one name; and failures under one name from one network from which it was signed in before.
    pub per_name: Limit,
}

/// Where an attempt comes from.
pub struct Origin {
    /// The network of the client.
    pub network: String,
    /// The name that it uses, if any.
    pub name: Option<String>,
    /// Whether the name was signed in from this network before.
    pub is_familiar: bool,
}

/// The reason an attempt is not admitted.
#[derive(Debug)]
pub enum Refusal {
    /// There were too many failures: try again after this time.
    Full(Duration),
    /// Attempts that are still running stood in the way for too long, or too many attempts wait for them.
    Busy,
    /// The database failed.
    Store(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error)
    }
}

/// An admitted attempt. One failure is reserved for it until it ends; if it is dropped, nothing is counted.
#[must_use]
pub struct Attempt<'t> {
    throttle: &'t Throttle,
    keys: Keys,
}

struct Counts {
    networks: Buckets,
    names: Buckets,
    /// Names at networks from which they were signed in before.
    pairs: Buckets,
}

/// The buckets of an attempt.
#[derive(Clone, Copy, Default)]
struct Keys {
    network: Option<u64>,
    name: Option<u64>,
    pair: Option<u64>,
}

impl Throttle {
    /// Returns a throttle without any failures.
    pub fn new(config: ThrottleConfig, clock: Arc<dyn SteadyClock>) -> Self {
        Self {
            config,
            clock,
            hasher: RandomState::new(),
            counts: Mutex::new(Counts {
                networks: Buckets::new(config.per_network),
                names: Buckets::new(config.per_name),
                pairs: Buckets::new(config.per_name),
            }),
            longest_wait: Duration::from_secs(10),
            waiting: Semaphore::new(1024),
            ended: Notify::new(),
        }
    }

    /// Returns the configuration.
    pub fn config(&self) -> &ThrottleConfig {
        &self.config
    }

    /// Admits an attempt. Waits at most ten seconds if it does not fit only because others are running. A refused
    /// attempt is not counted.
    pub async fn admit(&self, origin: &Origin) -> Result<Attempt<'_>, Refusal> {
        if let Some(outcome) = self.try_admit(origin) {
            return outcome;
        }
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::Busy)?;
        let admitted = timeout(self.longest_wait, async {
            loop {
                // Made before the look: an attempt that ends in between is not missed.
                let ended = self.ended.notified();
                if let Some(outcome) = self.try_admit(origin) {
                    return outcome;
                }
                ended.await;
            }
        });
        admitted.await.unwrap_or(Err(Refusal::Busy))
    }

    /// Returns `None` if only running attempts stand in the way.
    fn try_admit(&self, origin: &Origin) -> Option<Result<Attempt<'_>, Refusal>> {
        let (network, name) = self.hashed(origin);
        let now = self.clock.elapsed();
        let mut counts = self.counts();
        let familiar = name.filter(|_| origin.is_familiar);
        let keys = match familiar {
            // Neither a guesser elsewhere nor a neighbour with wrong passwords keeps this user out.
            Some(name) => Keys {
                pair: Some(self.hasher.hash_one((name, network))),
                ..Keys::default()
            },
            None => Keys {
                network: Some(network),
                name,
                pair: None,
            },
        };
        let rooms = counts.of(keys);
        match rooms.map(|(buckets, key)| buckets.room(key, now)).max() {
            Some(Room::Full(wait)) => return Some(Err(Refusal::Full(wait))),
            Some(Room::Reserved) => return None,
            Some(Room::Free) | None => {}
        }
        for (buckets, key) in counts.of(keys) {
            buckets.reserve(key, now);
        }
        Some(Ok(Attempt {
            throttle: self,
            keys,
        }))
    }

    fn hashed(&self, origin: &Origin) -> (u64, Option<u64>) {
        let name = origin.name.as_ref();
        let name = name.map(|name| self.hasher.hash_one(name));
        (self.hasher.hash_one(&origin.network), name)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// Counts the attempt.
    pub fn count(mut self) {
        let now = self.throttle.clock.elapsed();
        let mut counts = self.throttle.counts();
        for (buckets, key) in counts.of(std::mem::take(&mut self.keys)) {
            buckets.pour(key, now);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let now = self.throttle.clock.elapsed();
        for (buckets, key) in self.throttle.counts().of(self.keys) {
            buckets.give_back(key, now);
        }
        self.throttle.ended.notify_waiters();
    }
}

impl Counts {
    fn of(&mut self, keys: Keys) -> impl Iterator<Item = (&mut Buckets, u64)> {
        [
            (&mut self.networks, keys.network),
            (&mut self.names, keys.name),
            (&mut self.pairs, keys.pair),
        ]
        .into_iter()
        .filter_map(|(buckets, key)| key.map(|key| (buckets, key)))
    }
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
