//! A clock for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::{Clock, UnixTime};

/// A clock that shows a fixed time until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicU64);

impl TestClock {
    /// Creates a clock that shows this many seconds since the epoch.
    pub fn at(seconds: f64) -> Self {
        Self(AtomicU64::new(seconds.to_bits()))
    }

    /// Sets the clock to this many seconds since the epoch.
    pub fn set(&self, seconds: f64) {
        self.0.store(seconds.to_bits(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(f64::from_bits(self.0.load(Ordering::SeqCst)))
    }
}
