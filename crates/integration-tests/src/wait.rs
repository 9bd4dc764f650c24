//! Waiting for a condition.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{MissedTickBehavior, interval};

const PAUSE: Duration = Duration::from_millis(20);
const ATTEMPTS: u32 = 1500;

/// Asks again and again until the answer is yes. Errors: it never was; asking failed.
pub async fn until(what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let mut pauses = interval(PAUSE);
    pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..ATTEMPTS {
        pauses.tick().await;
        if holds().await? {
            return Ok(());
        }
    }
    bail!("asked {ATTEMPTS} times, and never saw that {what}")
}
