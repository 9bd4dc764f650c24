//! What time it is, in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, as JWT times are written.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that asks the system for the time"
)]
pub(crate) fn now() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}
