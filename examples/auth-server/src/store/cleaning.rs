//! The deletion of expired data.

use std::time::Duration;

use identity_core::clock::UnixTime;

use super::Store;
use super::orgs::seconds;

impl Store {
    /// Deletes sessions past their end, and events older than `keep_audit`.
    ///
    /// A revoked session is kept until its regular end, so that its tokens still refer to a known session.
    pub async fn clean(&self, keep_audit: Duration, now: UnixTime) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let sessions = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1");
        write.execute(sessions.bind(seconds(now))).await?;
        let oldest = UnixTime::from_seconds(now.seconds() - keep_audit.as_secs_f64());
        let events = sqlx::query("DELETE FROM audit WHERE at < $1");
        write.execute(events.bind(seconds(oldest))).await?;
        write.commit().await
    }
}
