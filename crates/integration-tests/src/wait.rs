//! Waiting for a condition.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, MissedTickBehavior, interval};

const PAUSE: Duration = Duration::from_millis(20);
const AT_MOST: Duration = Duration::from_secs(30);

/// Asks again and again, for at most 30 s, until the answer is yes. Errors: it never was; asking failed.
pub async fn until(what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    let mut pauses = interval(PAUSE);
    pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while start.elapsed() < AT_MOST {
        pauses.tick().await;
        if holds().await? {
            return Ok(());
        }
    }
    bail!(
        "asked for {} s, and never saw that {what}",
        AT_MOST.as_secs()
    )
}
