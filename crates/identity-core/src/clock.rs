//! The clock, passed in as a value.

use std::fmt::Debug;
use std::time::SystemTime;

/// Seconds since 1970-01-01T00:00:00Z, with fractions: a `NumericDate` of RFC 7519.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct UnixTime(f64);

impl UnixTime {
    /// Creates a time from seconds since the epoch.
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since the epoch.
    pub const fn seconds(self) -> f64 {
        self.0
    }
}

/// The clock that `exp`, `nbf` and `iat` are compared with.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> UnixTime;
}

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the machine for the time"
        )]
        let now = SystemTime::now();
        // A clock before 1970 reads as the epoch, at which no token is valid yet: `iat` is in the future.
        UnixTime(
            now.duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0.0, |elapsed| elapsed.as_secs_f64()),
        )
    }
}
