//! The deletion of expired data, in batches: other writers get their turn between two.

use identity_core::clock::UnixTime;
use service_kit::store::DatabaseKind;
use sqlx::AssertSqlSafe;

use super::Store;
use super::orgs::seconds;

/// How many rows are deleted in one transaction.
const BATCH: i64 = 1000;

impl Store {
    /// Deletes sessions past their end, and events and familiar networks older than `AUDIT__KEEP_SECONDS`, and
    /// events beyond `AUDIT__MAX_EVENTS`.
    pub async fn clean(&self, now: UnixTime) -> Result<(), sqlx::Error> {
        let ended = seconds(now);
        // Of sessions of earlier releases, before them: one may have any number.
        let of_ended = "session_id IN (SELECT id FROM sessions WHERE expires_at <= $1)";
        self.delete("refresh_tokens", "hash", of_ended, ended)
            .await?;
        self.delete("sessions", "id", "expires_at <= $1", ended)
            .await?;
        let oldest = ended.saturating_sub_unsigned(self.audit.keep.as_secs());
        self.delete("audit", "id", "at < $1", oldest).await?;
        self.delete("familiar_networks", "user_id, network", "at < $1", oldest)
            .await?;
        self.clean_full_orgs().await
    }

    /// Deletes the rows that meet a condition on `bound`, `$1` in it.
    pub(super) async fn delete(
        &self,
        table: &'static str,
        key: &'static str,
        condition: &'static str,
        bound: i64,
    ) -> Result<(), sqlx::Error> {
        // What another replica has locked is left to it.
        let skip = match self.database.kind() {
            DatabaseKind::Sqlite => "",
            _ => "FOR UPDATE SKIP LOCKED",
        };
        let statement = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT $2 {skip})"
        );
        loop {
            let mut write = self.write().await?;
            // It is made of literals.
            let delete = sqlx::query(AssertSqlSafe(statement.clone()));
            let deleted = write.changed(delete.bind(bound).bind(BATCH)).await?;
            write.commit().await?;
            if deleted < BATCH as u64 {
                return Ok(());
            }
        }
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
}

#[cfg(test)]
#[path = "cleaning_tests.rs"]
mod tests;
