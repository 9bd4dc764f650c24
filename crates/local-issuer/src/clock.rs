//! The clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A hundred years; later dates do not fit in the forms that tokens have for them.
pub(crate) const LARGEST_OFFSET: i64 = 100 * 365 * 24 * 60 * 60;

/// The clock of one provider, which can be wrong.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset: AtomicI64,
}

impl Clock {
    /// Seconds since 1970, as JWT times are written.
    pub(crate) fn now(&self) -> i64 {
        let seconds = i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_add(self.offset())
    }

    /// How many seconds it is ahead of the system's clock.
    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    pub(crate) fn set_offset(&self, seconds: i64) {
        let seconds = seconds.clamp(-LARGEST_OFFSET, LARGEST_OFFSET);
        self.offset.store(seconds, Ordering::Relaxed);
    }
}

/// The system's time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that asks the system for the time"
)]
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
