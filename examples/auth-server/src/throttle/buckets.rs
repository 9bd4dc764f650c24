//! The buckets of many keys, in bounded memory.

use std::hash::RandomState;
use std::time::Duration;

use hashlink::LruCache;

use super::bucket::{Bucket, Limit, Room};

/// Buckets with one failure and buckets with more are kept apart, each evicted by the time of the last attempt: a flood
/// of new keys does not evict a key under attack.
pub struct Buckets {
    limit: Limit,
    once: LruCache<u64, Bucket, RandomState>,
    again: LruCache<u64, Bucket, RandomState>,
}

impl Buckets {
    /// The maximum number of buckets with one failure, and of buckets with more.
    pub const MOST: usize = 10_000;

    /// Returns empty buckets.
    pub fn new(limit: Limit) -> Self {
        let empty = || LruCache::with_hasher(Self::MOST, RandomState::new());
        Self {
            limit,
            once: empty(),
            again: empty(),
        }
    }

    /// Returns whether one more attempt fits into the bucket of `key`.
    pub fn room(&mut self, key: u64, now: Duration) -> Room {
        let known = self.again.get(&key).or_else(|| self.once.get(&key));
        let bucket = known.copied().unwrap_or_default();
        bucket.room(self.limit, now)
    }

    /// Reserves one failure in the bucket of `key`.
    pub fn reserve(&mut self, key: u64, now: Duration) {
        self.change(key, now, |bucket, _| bucket.reserve());
    }

    /// Gives the reservation back.
    pub fn give_back(&mut self, key: u64, now: Duration) {
        self.change(key, now, |bucket, _| bucket.give_back());
    }

    /// Adds a failure, in place of the reservation.
    pub fn pour(&mut self, key: u64, now: Duration) {
        self.change(key, now, |bucket, limit| {
            bucket.give_back();
            bucket.pour(limit, now);
        });
    }

    fn change(&mut self, key: u64, now: Duration, change: impl FnOnce(&mut Bucket, Limit)) {
        let known = self.again.remove(&key).or_else(|| self.once.remove(&key));
        let mut bucket = known.unwrap_or_default();
        change(&mut bucket, self.limit);
        if bucket.has_at_most_one(self.limit, now) {
            if !bucket.is_empty(now) {
                self.once.insert(key, bucket);
            }
        } else {
            self.again.insert(key, bucket);
        }
    }

    /// Returns the number of buckets with one failure, and of buckets with more.
    #[cfg(test)]
    pub fn kept(&self) -> (usize, usize) {
        (self.once.len(), self.again.len())
    }
}
