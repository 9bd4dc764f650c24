//! Waiting for a condition.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, MissedTickBehavior, interval};

const PAUSE: Duration = Duration::from_millis(5);
const AT_MOST: Duration = Duration::from_secs(60);

/// Checks again and again, for at most a minute, until `holds` returns true; returns how long that took.
///
/// Errors: it never did; checking failed.
pub async fn until(what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<Duration> {
    let start = Instant::now();
    let mut pauses = interval(PAUSE);
    pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while start.elapsed() < AT_MOST {
        pauses.tick().await;
        if holds().await? {
            return Ok(start.elapsed());
        }
    }
    bail!("waited for a minute, and never saw that {what}")
}
