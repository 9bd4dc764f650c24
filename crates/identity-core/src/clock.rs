//! The time, as a value that is passed in.

use std::fmt::Debug;
use std::time::SystemTime;

/// Seconds since 1970-01-01T00:00:00Z, fractions included: RFC 7519's `NumericDate`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct UnixTime(f64);

impl UnixTime {
    /// The given number of seconds after the epoch.
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Seconds after the epoch.
    pub const fn seconds(self) -> f64 {
        self.0
    }
}

/// Tells the time that `exp`, `nbf` and `iat` are compared with.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> UnixTime;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the machine for the time"
        )]
        let now = SystemTime::now();
        // A clock before 1970 reads as the epoch, at which no token is valid yet: `iat` refuses it.
        UnixTime(
            now.duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0.0, |elapsed| elapsed.as_secs_f64()),
        )
    }
}
