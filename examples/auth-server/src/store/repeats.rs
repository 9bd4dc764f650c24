//! Events that are repeated: counted in one row, so that no client can fill the disk with them.

use identity_core::clock::UnixTime;
use serde_json::json;

use super::Write;
use super::audit::Record;
use super::orgs::seconds;

/// How many different events of one actor and action have a row of their own in each `AUDIT__REPEAT_SECONDS`. Further ones
/// share one row, which has neither their target nor their address.
const MOST_DIFFERENT: usize = 20;

/// The id, address and target of an event.
type Row = (String, String, Option<String>);

impl Write {
    /// Counts an event in an earlier one with the same actor, action, address and target, if there was one within
    /// `AUDIT__REPEAT_SECONDS`; else inserts it.
    pub(super) async fn count(
        &mut self,
        mut record: Record<'_>,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
        let earlier = self.recent(&record, now).await?;
        if like(&earlier, &record).is_none() && earlier.len() >= MOST_DIFFERENT {
            record.target = json!({"further": true});
            record.address = "";
        }
        let Some(id) = like(&earlier, &record) else {
            return self.insert(record, now).await;
        };
        let update = sqlx::query("UPDATE audit SET times = times + 1, last_at = $1 WHERE id = $2");
        self.execute(update.bind(seconds(now)).bind(id)).await
    }

    async fn recent(
        &mut self,
        record: &Record<'_>,
        now: UnixTime,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let since = seconds(now).saturating_sub_unsigned(self.audit.repeat.as_secs());
        sqlx::query_as(
            "SELECT id, address, details FROM audit \
             WHERE actor = $1 AND action = $2 AND at > $3 AND org_id = $4 ORDER BY at DESC LIMIT $5",
        )
        .bind(record.actor)
        .bind(&*record.action)
        .bind(since)
        .bind(record.org)
        .bind(MOST_DIFFERENT as i64 + 1)
        .fetch_all(self.connection())
        .await
    }
}

fn like<'e>(earlier: &'e [Row], record: &Record<'_>) -> Option<&'e str> {
    let target = record.target.to_string();
    let like = earlier.iter().find(|(_, address, details)| {
        address == record.address && details.as_ref() == Some(&target)
    });
    like.map(|(id, ..)| id.as_str())
}
