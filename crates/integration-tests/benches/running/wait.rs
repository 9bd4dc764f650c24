//! Waiting for what is about to happen.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_millis(5);
const AT_MOST: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is yes; how long that took. Errors: it was no for a minute.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) -> Result<Duration> {
    let start = Instant::now();
    while start.elapsed() < AT_MOST {
        if holds().await {
            return Ok(start.elapsed());
        }
        sleep(PAUSE).await;
    }
    bail!("waited for a minute, and never saw that {what}")
}
