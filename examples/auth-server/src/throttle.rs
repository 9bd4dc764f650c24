//! Slows down password guessing: after some failures the next attempt has to wait, longer each time.
//!
//! Not `governor`, which has one fixed rate: its wait does not grow, and an attempt cannot be undone.

use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashlink::LruCache;
use identity_core::clock::Clock;

/// Counts the failures per key, in this process only: each replica allows the same number. It has no `Debug`: names and
/// addresses are personal data.
pub struct Throttle {
    clock: Arc<dyn Clock>,
    config: ThrottleConfig,
    entries: Mutex<Entries>,
}

/// Configuration of a [`Throttle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// The number of failures without a wait.
    pub free: u32,
    /// The maximum wait. The wait starts at one second and doubles.
    pub longest: Duration,
}

/// Keys with one failure and keys with more are kept apart, each evicted by the time of their last attempt: a flood of
/// new keys does not evict a key under attack.
struct Entries {
    once: LruCache<String, Entry, RandomState>,
    again: LruCache<String, Entry, RandomState>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    failures: u32,
    blocked_until: f64,
    last: f64,
}

/// An admitted attempt. It counts as a failure from the start, so that concurrent attempts count too.
#[must_use]
pub struct Attempt<'t> {
    throttle: &'t Throttle,
    key: String,
}

impl Throttle {
    /// Failures expire 15 minutes after the last attempt or wait; in seconds.
    const FORGOTTEN_AFTER: f64 = 15.0 * 60.0;
    /// The maximum number of keys with one failure, and of keys with more.
    const MOST: usize = 10_000;

    /// Returns a throttle without any failures.
    pub fn new(config: ThrottleConfig, clock: Arc<dyn Clock>) -> Self {
        let empty = || LruCache::with_hasher(Self::MOST, RandomState::new());
        Self {
            clock,
            config,
            entries: Mutex::new(Entries {
                once: empty(),
                again: empty(),
            }),
        }
    }

    /// Admits an attempt, or returns how long to wait. A refused attempt does not extend the wait.
    pub fn admit(&self, key: &str) -> Result<Attempt<'_>, Duration> {
        let now = self.clock.now().seconds();
        let mut entries = self.entries();
        let known = entries.take(key).filter(|entry| !entry.is_forgotten(now));
        let mut entry = known.unwrap_or_default();
        if entry.blocked_until > now {
            entries.keep(key, entry);
            let wait = Duration::try_from_secs_f64(entry.blocked_until - now);
            return Err(wait.unwrap_or(self.config.longest));
        }
        entry.failures = entry.failures.saturating_add(1);
        entry.last = now;
        entry.blocked_until = match entry.failures.checked_sub(self.config.free) {
            Some(over) => now + self.wait(over).as_secs_f64(),
            None => 0.0,
        };
        entries.keep(key, entry);
        Ok(Attempt {
            throttle: self,
            key: key.to_owned(),
        })
    }

    fn wait(&self, over: u32) -> Duration {
        let seconds = 1_u64.checked_shl(over).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(self.config.longest)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// Marks the attempt as successful and clears all failures of its key.
    pub fn forgive(self) {
        self.throttle.entries().take(&self.key);
    }

    /// Removes this attempt from the count. Earlier failures stay.
    pub fn take_back(self) {
        let mut entries = self.throttle.entries();
        if let Some(mut entry) = entries.take(&self.key) {
            entry.failures = entry.failures.saturating_sub(1);
            if entry.failures < self.throttle.config.free {
                entry.blocked_until = 0.0;
            }
            entries.keep(&self.key, entry);
        }
    }
}

impl Entries {
    fn take(&mut self, key: &str) -> Option<Entry> {
        self.again.remove(key).or_else(|| self.once.remove(key))
    }

    fn keep(&mut self, key: &str, entry: Entry) {
        let kept = match entry.failures {
            0 => return,
            1 => &mut self.once,
            _ => &mut self.again,
        };
        kept.insert(key.to_owned(), entry);
    }
}

impl Entry {
    fn is_forgotten(&self, now: f64) -> bool {
        now > self.last.max(self.blocked_until) + Throttle::FORGOTTEN_AFTER
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use identity_core::testing::TestClock;

    use super::{Throttle, ThrottleConfig};

    fn throttle(free: u32, longest: u64) -> (Throttle, Arc<TestClock>) {
        let clock = Arc::new(TestClock::at(1000.0));
        let config = ThrottleConfig {
            free,
            longest: Duration::from_secs(longest),
        };
        (Throttle::new(config, clock.clone()), clock)
    }

    fn fail(throttle: &Throttle, key: &str) -> Option<u64> {
        throttle.admit(key).err().map(|wait| wait.as_secs())
    }

    #[test]
    fn the_wait_doubles_up_to_the_longest() {
        let (throttle, clock) = throttle(2, 5);
        assert_eq!(fail(&throttle, "a"), None);
        let mut now = 1000.0;
        for wait in [1, 2, 4, 5, 5] {
            assert_eq!(fail(&throttle, "a"), None, "after the wait");
            assert_eq!(fail(&throttle, "a"), Some(wait), "at once");
            assert_eq!(fail(&throttle, "a"), Some(wait), "asking costs nothing");
            assert_eq!(fail(&throttle, "b"), None, "others are not affected");
            throttle.admit("b").map(|attempt| attempt.forgive()).ok();
            now += wait as f64;
            clock.set(now);
        }
        clock.set(now + 5.0 + 15.0 * 60.0 + 1.0);
        assert_eq!(fail(&throttle, "a"), None);
        assert_eq!(fail(&throttle, "a"), None, "forgotten");
    }

    #[test]
    fn attempts_at_the_same_time_count() {
        let (throttle, _) = throttle(3, 60);
        let running: Vec<_> = (0..10).map(|_| throttle.admit("a")).collect();
        assert_eq!(running.iter().filter(|one| one.is_ok()).count(), 3);
    }

    #[test]
    fn a_good_attempt_forgives_or_takes_back_itself_alone() {
        let (throttle, _) = throttle(3, 60);
        for _ in 0..2 {
            assert_eq!(fail(&throttle, "a"), None);
        }
        throttle.admit("a").unwrap().take_back();
        assert_eq!(fail(&throttle, "a"), None, "the third");
        assert_eq!(fail(&throttle, "a"), Some(1));

        for _ in 0..10 {
            throttle.admit("b").unwrap().forgive();
        }
        let entries = throttle.entries();
        let kept = (entries.once.len(), entries.again.len());
        assert_eq!(kept, (0, 1), "b is not remembered");
    }

    #[test]
    fn memory_is_bounded_and_who_failed_most_stays() {
        let (throttle, clock) = throttle(2, 60);
        assert_eq!(fail(&throttle, "guessed"), None);
        assert_eq!(fail(&throttle, "guessed"), None);
        for number in 0..Throttle::MOST + 50 {
            clock.set(1000.0 + number as f64 * 1e-6);
            assert_eq!(fail(&throttle, &number.to_string()), None);
        }
        {
            let entries = throttle.entries();
            let kept = (entries.once.len(), entries.again.len());
            assert_eq!(kept, (Throttle::MOST, 1));
        }
        assert!(fail(&throttle, "guessed").is_some());
    }
}
