//! A bucket: failures fill it, and time drains it, whatever else happens.

use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The size of a bucket, and how fast it drains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The number of failures that cost nothing. One more, and the next attempt has to wait.
    pub free: u32,
    /// The number of failures that drain in an hour.
    pub per_hour: u32,
}

impl Limit {
    /// Returns the time in which one failure drains.
    pub fn drain_time(self) -> Duration {
        HOUR / self.per_hour.max(1)
    }

    /// Returns the time in which the failures drain that cost nothing.
    pub fn free_time(self) -> Duration {
        self.drain_time().saturating_mul(self.free)
    }
}

/// The failures and the running attempts under one key.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bucket {
    /// When the last failure has drained.
    empty_at: Duration,
    /// Each has one failure reserved, so that concurrent guesses do not exceed the limit.
    running: u32,
}

/// Whether one more attempt fits into a bucket; of several buckets, the greatest applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// It fits.
    Free,
    /// It fits unless the running attempts fail.
    Reserved,
    /// It fits after this time.
    Full(Duration),
}

impl Bucket {
    /// Returns the bucket whose failures drain at this time, with this number of running attempts.
    pub fn of(empty_at: Duration, running: u32) -> Self {
        Self { empty_at, running }
    }

    /// Returns whether one more attempt fits.
    pub fn room(&self, limit: Limit, now: Duration) -> Room {
        let free = limit.free_time();
        let filled = self.filled(now);
        let reserved = limit.drain_time().saturating_mul(self.running);
        match filled.checked_sub(free) {
            Some(over) if !over.is_zero() => Room::Full(over),
            _ if filled + reserved > free => Room::Reserved,
            _ => Room::Free,
        }
    }

    /// Reserves one failure for an attempt that starts.
    pub fn reserve(&mut self) {
        self.running = self.running.saturating_add(1);
    }

    /// Gives the reservation of an attempt back.
    pub fn give_back(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// Adds a failure.
    pub fn pour(&mut self, limit: Limit, now: Duration) {
        self.empty_at = self.empty_at.max(now) + limit.drain_time();
    }

    /// Returns whether it has neither failures nor running attempts.
    pub fn is_empty(&self, now: Duration) -> bool {
        self.running == 0 && self.filled(now).is_zero()
    }

    /// Returns whether it has at most one failure or running attempt.
    pub fn has_at_most_one(&self, limit: Limit, now: Duration) -> bool {
        let one = limit.drain_time();
        self.filled(now) + one.saturating_mul(self.running) <= one
    }

    /// Returns the time in which all failures drain.
    pub fn filled(&self, now: Duration) -> Duration {
        self.empty_at.saturating_sub(now)
    }
}
