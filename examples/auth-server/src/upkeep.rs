//! Periodic maintenance: rotates keys, deletes expired data, and reads where users signed in at other replicas.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tracing::warn;

use crate::state::State;

/// The maximum time between two rounds: one hour.
const ROUND: Duration = Duration::from_secs(3600);

/// Starts the maintenance task. It ends with the server, because only the server's routes own the state.
pub fn start(state: &Arc<State>, audit_keep: Duration) {
    let state = Arc::downgrade(state);
    actix_web::rt::spawn(async move { while round(&state, audit_keep).await.is_some() {} });
}

async fn round(state: &Weak<State>, audit_keep: Duration) -> Option<()> {
    let wait = {
        let state = state.upgrade()?;
        if let Err(error) = state.keys.rotate_if_due().await {
            warn!(reason = %error, "the signing keys cannot be rotated: {error}");
        }
        if let Err(error) = state.store.clean(audit_keep, state.now()).await {
            warn!(reason = %error, "what has ended cannot be deleted: {error}");
        }
        let due = state.keys.due_in().await.unwrap_or(ROUND);
        due.clamp(Duration::from_secs(1), ROUND)
    };
    actix_web::rt::time::sleep(wait).await;
    let state = state.upgrade()?;
    state.throttles.recall(&state.store).await;
    Some(())
}
