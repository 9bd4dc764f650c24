//! Periodic maintenance: rotates keys, and deletes expired data.

use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::rt::{spawn, time::sleep};
use tracing::warn;

use crate::state::State;

/// The maximum time between two rounds: one hour.
const ROUND: Duration = Duration::from_secs(3600);
/// How long after a failed rotation of the keys it is tried again, and how often the throttle's buckets are cleaned.
const MINUTE: Duration = Duration::from_secs(60);

/// Starts the maintenance tasks. They end with the server, because only the server's routes own the state.
pub fn start(state: &Arc<State>) {
    let [keys, data, buckets] = [(); 3].map(|()| Arc::downgrade(state));
    spawn(async move {
        while let Some(wait) = rotate(&keys).await {
            sleep(wait).await;
        }
    });
    spawn(async move {
        while clean(&data).await.is_some() {
            sleep(ROUND).await;
        }
    });
    spawn(async move {
        while drain(&buckets).await.is_some() {
            sleep(MINUTE).await;
        }
    });
}

/// Returns the time until the next round, or `None` if the server has ended.
async fn rotate(state: &Weak<State>) -> Option<Duration> {
    let keys = Arc::clone(&state.upgrade()?.keys);
    if let Err(error) = keys.rotate_if_due().await {
        warn!(reason = %error, "the signing keys cannot be rotated: {error}");
        return Some(MINUTE);
    }
    let due = keys.due_in().await.unwrap_or(MINUTE);
    Some(due.clamp(Duration::from_secs(1), ROUND))
}

async fn clean(state: &Weak<State>) -> Option<()> {
    let state = state.upgrade()?;
    if let Err(error) = state.store.clean(state.now()).await {
        warn!(reason = %error, "what has ended cannot be deleted: {error}");
    }
    Some(())
}

async fn drain(state: &Weak<State>) -> Option<()> {
    match state.upgrade()?.throttles.clean().await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            warn!(reason = %error, "the buckets of the throttle cannot be cleaned: {error}");
        }
    }
    Some(())
}
