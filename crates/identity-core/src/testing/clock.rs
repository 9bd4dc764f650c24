//! A clock that tests set.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::{Clock, UnixTime};

/// Stands still until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicU64);

impl TestClock {
    /// A clock that shows this many seconds after 1970.
    pub fn at(seconds: f64) -> Self {
        Self(AtomicU64::new(seconds.to_bits()))
    }

    /// Shows this many seconds after 1970 from now on.
    pub fn set(&self, seconds: f64) {
        self.0.store(seconds.to_bits(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(f64::from_bits(self.0.load(Ordering::SeqCst)))
    }
}
