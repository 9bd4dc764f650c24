//! The deletion of expired data, in batches: other writers get their turn between two.

use identity_core::clock::UnixTime;

use super::orgs::seconds;
use super::{Statement, Store};

/// How many rows are deleted in one transaction.
const BATCH: i64 = 1000;

impl Store {
    /// Deletes sessions, browser sessions and authorization codes past their end, and events and familiar networks older than `AUDIT__KEEP_SECONDS`, and
    /// events beyond `AUDIT__MAX_EVENTS`.
    pub async fn clean(&self, now: UnixTime) -> Result<(), sqlx::Error> {
        let ended = seconds(now);
        // Of sessions of earlier releases, before them: one may have any number.
        let tokens = || {
            sqlx::query(
                "DELETE FROM refresh_tokens WHERE hash IN (SELECT t.hash FROM sessions s \
                 JOIN refresh_tokens t ON t.session_id = s.id WHERE s.expires_at <= $1 LIMIT $2)",
            )
        };
        let sessions = || {
            sqlx::query(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)",
            )
        };
        let browsers = || {
            sqlx::query(
                "DELETE FROM browser_sessions WHERE id IN (SELECT id FROM browser_sessions WHERE expires_at <= $1 LIMIT $2)",
            )
        };
        let codes = || {
            sqlx::query(
                "DELETE FROM authorization_codes WHERE id IN (SELECT id FROM authorization_codes WHERE expires_at <= $1 LIMIT $2)",
            )
        };
        let oldest = ended.saturating_sub_unsigned(self.audit.keep.as_secs());
        let events = || {
            sqlx::query(
                "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 LIMIT $2)",
            )
        };
        let networks = || {
            sqlx::query(
                "DELETE FROM familiar_networks WHERE (user_id, network) IN \
                 (SELECT user_id, network FROM familiar_networks WHERE at < $1 LIMIT $2)",
            )
        };
        // What fails, as when another replica deletes the same rows, is left to the next round.
        let outcomes = [
            self.delete(tokens, ended).await,
            self.delete(sessions, ended).await,
            self.delete(browsers, ended).await,
            self.delete(codes, ended).await,
            self.delete(events, oldest).await,
            self.delete(networks, oldest).await,
            self.clean_full_orgs().await,
        ];
        outcomes.into_iter().collect()
    }

    async fn clean_full_orgs(&self) -> Result<(), sqlx::Error> {
        let most = i64::from(self.audit.max_events);
        // The event before the ones that stay.
        let last: Vec<(String, String)> = sqlx::query_as(
            "SELECT org_id, (SELECT id FROM audit WHERE org_id = full_orgs.org_id ORDER BY id DESC LIMIT 1 OFFSET $1) \
             FROM (SELECT org_id FROM audit GROUP BY org_id HAVING COUNT(*) > $1) full_orgs",
        )
        .bind(most)
        .fetch_all(self.pool())
        .await?;
        for (org, last) in last {
            loop {
                let mut write = self.write().await?;
                let delete = sqlx::query(
                    "DELETE FROM audit WHERE id IN \
                     (SELECT id FROM audit WHERE org_id = $1 AND id <= $2 ORDER BY id LIMIT $3)",
                );
                let delete = delete.bind(&org).bind(&last).bind(BATCH);
                let deleted = write.changed(delete).await?;
                write.commit().await?;
                if deleted < BATCH as u64 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Runs a statement with this bound and the size of a batch, until there is nothing left to delete.
    pub(super) async fn delete(
        &self,
        statement: fn() -> Statement<'static>,
        bound: i64,
    ) -> Result<(), sqlx::Error> {
        loop {
            let mut write = self.write().await?;
            let delete = statement().bind(bound).bind(BATCH);
            let deleted = write.changed(delete).await?;
            write.commit().await?;
            if deleted < BATCH as u64 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
#[path = "cleaning_tests.rs"]
mod tests;
