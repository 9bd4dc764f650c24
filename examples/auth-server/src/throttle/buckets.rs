//! The buckets of many keys, in bounded memory.

use std::hash::RandomState;
use std::time::Duration;

use hashlink::LruCache;

use super::bucket::{Bucket, Limit, Room};

/// Buckets with one failure and buckets with more are kept apart, so that a flood of new keys does not evict a key under
/// attack. Of those with more, the emptiest of the few whose last attempt is the longest ago is evicted.
pub struct Buckets {
    limit: Limit,
    once: LruCache<u64, Bucket, RandomState>,
    again: LruCache<u64, Bucket, RandomState>,
}

impl Buckets {
    /// The maximum number of buckets with one failure, and of buckets with more.
    pub const MOST: usize = 10_000;

    /// Among how many of the least recently used buckets the emptiest is evicted.
    const CANDIDATES: usize = 16;

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
            self.make_room(now);
            self.again.insert(key, bucket);
        }
    }

    fn make_room(&mut self, now: Duration) {
        if self.again.len() < Self::MOST {
            return;
        }
        // From the least recently used.
        let oldest = self.again.iter().take(Self::CANDIDATES);
        let emptiest = oldest.min_by_key(|(_, bucket)| bucket.filled(now));
        if let Some(key) = emptiest.map(|(key, _)| *key) {
            self.again.remove(&key);
        }
    }

    /// Returns the number of buckets with one failure, and of buckets with more.
    #[cfg(test)]
    pub fn kept(&self) -> (usize, usize) {
        (self.once.len(), self.again.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::bucket::{Limit, Room};
    use super::Buckets;

    #[test]
    fn a_flood_of_names_with_some_failures_does_not_evict_a_full_bucket() {
        let limit = Limit {
            free: 10,
            per_hour: 12,
        };
        let mut buckets = Buckets::new(limit);
        let now = Duration::from_secs(1);
        let mut fail = |key: u64, times: u32| {
            for _ in 0..times {
                buckets.reserve(key, now);
                buckets.pour(key, now);
            }
        };
        fail(0, 11);
        for key in 1..=Buckets::MOST as u64 + 50 {
            fail(key, 2);
        }
        assert_eq!(buckets.kept().1, Buckets::MOST);
        assert!(matches!(buckets.room(0, now), Room::Full(_)));
    }
}
