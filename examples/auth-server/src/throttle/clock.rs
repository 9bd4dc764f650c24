//! The time that the throttles count with.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// A clock that only goes forward: a change of the machine's date neither blocks nor frees anyone.
pub trait SteadyClock: Debug + Send + Sync + 'static {
    /// Returns the time since a fixed moment.
    fn elapsed(&self) -> Duration;
}

/// The time since this clock was made.
#[derive(Debug, Clone, Copy)]
pub struct SinceStart(Instant);

impl SinceStart {
    /// Returns a clock that starts now.
    pub fn now() -> Self {
        Self(Instant::now())
    }
}

impl SteadyClock for SinceStart {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
