//! Buckets in the database, which all replicas share.
//!
//! They hold what the buckets in the memory of each process hold, added up. An attempt has to fit into both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::attempts::{Origin, Refusal, ThrottleConfig};
use super::bucket::{Bucket, Limit, Room};
use super::clock::SteadyClock;
use crate::store::Store;
use crate::store::buckets::BucketLimit;
use crate::tokens::hash_of;

/// The buckets that all replicas share. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    store: Store,
    clock: Arc<dyn SteadyClock>,
    /// What the time of the database is ahead of the clock, in milliseconds.
    ahead: Arc<AtomicI64>,
}

/// One failure that is reserved in each bucket of an attempt. Given back if dropped.
#[must_use]
pub struct Reservation {
    shared: Shared,
    /// Empty when it is settled.
    buckets: Vec<BucketLimit>,
}

impl Shared {
    /// The maximum number of buckets that stay. Of more, the emptiest are deleted, within a minute.
    pub const MOST: i64 = 100_000;

    /// How long an attempt waits for those that are running at other replicas.
    const LONGEST_WAIT: Duration = Duration::from_secs(10);
    /// How often it looks whether they have ended.
    const POLL: Duration = Duration::from_millis(250);
    /// How long an attempt runs at most: that of a process that was killed ends then.
    const LONGEST_ATTEMPT: Duration = Duration::from_secs(60);

    /// Returns the buckets in this database.
    pub async fn open(store: Store, clock: Arc<dyn SteadyClock>) -> Result<Self, sqlx::Error> {
        let shared = Self {
            store,
            clock,
            ahead: Arc::default(),
        };
        shared.set_clock().await?;
        Ok(shared)
    }

    /// Admits an attempt. Waits at most ten seconds if it does not fit only because others are running.
    pub async fn admit(
        &self,
        config: &ThrottleConfig,
        origin: &Origin,
    ) -> Result<Reservation, Refusal> {
        let buckets = buckets(config, origin);
        let admitted = timeout(Self::LONGEST_WAIT, async {
            loop {
                if let Some(outcome) = self.try_admit(&buckets).await? {
                    return outcome;
                }
                sleep(Self::POLL).await;
            }
        });
        admitted.await.unwrap_or(Err(Refusal::Busy))
    }

    /// Deletes what has drained and what is too much, and sets the clock by the database's.
    pub async fn clean(&self) -> Result<(), sqlx::Error> {
        self.set_clock().await?;
        self.store.clean_buckets(self.now(), Self::MOST).await
    }

    async fn set_clock(&self) -> Result<(), sqlx::Error> {
        let elapsed = milliseconds(self.clock.elapsed());
        let ahead = self.store.database_time().await?.saturating_sub(elapsed);
        self.ahead.store(ahead, Ordering::Relaxed);
        Ok(())
    }

    fn now(&self) -> i64 {
        let ahead = self.ahead.load(Ordering::Relaxed);
        ahead.saturating_add(milliseconds(self.clock.elapsed()))
    }

    /// Returns `None` if only running attempts stand in the way.
    async fn try_admit(
        &self,
        buckets: &[(BucketLimit, Limit)],
    ) -> Result<Option<Result<Reservation, Refusal>>, Refusal> {
        let now = self.now();
        let until = now.saturating_add(milliseconds(Self::LONGEST_ATTEMPT));
        let mut write = self.store.write().await?;
        let mut reserved = Vec::new();
        for (bucket, _) in buckets {
            if !write.reserve(bucket, now, until).await? {
                break;
            }
            reserved.push(bucket.clone());
        }
        if reserved.len() == buckets.len() {
            write.commit().await?;
            return Ok(Some(Ok(Reservation {
                shared: self.clone(),
                buckets: reserved,
            })));
        }
        let mut greatest = Room::Free;
        for (bucket, limit) in buckets {
            let found = write.bucket(bucket, now).await?;
            let found = found.map(|found| Bucket::of(found.filled, found.running));
            let room = found.unwrap_or_default().room(*limit, Duration::ZERO);
            greatest = greatest.max(room);
        }
        Ok(match greatest {
            Room::Full(wait) => Some(Err(Refusal::Full(wait))),
            Room::Free | Room::Reserved => None,
        })
    }
}

impl Reservation {
    /// Counts the failure.
    pub async fn count(mut self) -> Result<(), sqlx::Error> {
        let mut write = self.shared.store.write().await?;
        for bucket in &self.buckets {
            write.pour(bucket, self.shared.now()).await?;
        }
        write.commit().await?;
        self.buckets.clear();
        Ok(())
    }

    /// Counts nothing.
    pub async fn give_back(mut self) {
        give_back(&self.shared.store, &std::mem::take(&mut self.buckets)).await;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let buckets = std::mem::take(&mut self.buckets);
        if let (false, Ok(runtime)) = (buckets.is_empty(), Handle::try_current()) {
            let store = self.shared.store.clone();
            runtime.spawn(async move { give_back(&store, &buckets).await });
        }
    }
}

/// Without the database, it ends by itself after a minute.
async fn give_back(store: &Store, buckets: &[BucketLimit]) {
    let given_back = async {
        let mut write = store.write().await?;
        for bucket in buckets {
            write.give_back(bucket).await?;
        }
        write.commit().await
    };
    if let Err(error) = given_back.await {
        warn!(reason = %error, "a reserved failure cannot be given back: {error}");
    }
}

/// Returns the buckets of an attempt, in the order in which their rows are locked: the network's first.
fn buckets(config: &ThrottleConfig, origin: &Origin) -> Vec<(BucketLimit, Limit)> {
    let ThrottleConfig { kind, .. } = config;
    let network = &origin.network;
    let of_network = || (format!("{kind} network {network}"), config.per_network);
    let names = match &origin.name {
        Some(name) if origin.is_familiar => {
            vec![(format!("{kind} pair {network} {name}"), config.per_name)]
        }
        Some(name) => vec![
            of_network(),
            (format!("{kind} name {name}"), config.per_name),
        ],
        None => vec![of_network()],
    };
    let stored = names.into_iter().map(|(name, limit)| {
        let bucket = BucketLimit {
            id: hash_of(&name),
            drain: limit.drain_time(),
            free: limit.free_time(),
        };
        (bucket, limit)
    });
    stored.collect()
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
