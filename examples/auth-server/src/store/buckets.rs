//! The buckets of the throttles that replicas share. Times are milliseconds since 1970.

use std::time::Duration;

use service_kit::store::DatabaseKind;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::{Store, Write};

/// A bucket to reserve a failure in.
#[derive(Debug, Clone)]
pub struct BucketLimit {
    /// The id of the bucket.
    pub id: String,
    /// The time in which one failure drains.
    pub drain: Duration,
    /// How full it may be: the time in which the failures drain that cost nothing.
    pub free: Duration,
}

/// The content of a bucket.
#[derive(Debug, Clone, Copy)]
pub struct StoredBucket {
    /// The time in which all failures drain.
    pub filled: Duration,
    /// The number of running attempts.
    pub running: u32,
}

impl Write {
    /// Reserves one failure until `until`, or until the first of those that are reserved already ends. Returns `false` if it does not fit.
    pub async fn reserve(
        &mut self,
        bucket: &BucketLimit,
        now: i64,
        until: i64,
    ) -> Result<bool, sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO throttle_buckets AS b (id, empty_at, running, running_until) VALUES ($1, $2, 1, $3) \
             ON CONFLICT (id) DO UPDATE SET \
             running_until = CASE WHEN b.running_until > $2 THEN b.running_until ELSE $3 END, \
             running = CASE WHEN b.running_until > $2 THEN b.running ELSE 0 END + 1 \
             WHERE CASE WHEN b.empty_at > $2 THEN b.empty_at - $2 ELSE 0 END \
             + CASE WHEN b.running_until > $2 THEN b.running ELSE 0 END * $4 <= $5",
        )
        .bind(&bucket.id)
        .bind(now)
        .bind(until)
        .bind(milliseconds(bucket.drain))
        .bind(milliseconds(bucket.free));
        Ok(self.changed(insert).await? == 1)
    }

    /// Returns the content of a bucket.
    pub async fn bucket(
        &mut self,
        bucket: &BucketLimit,
        now: i64,
    ) -> Result<Option<StoredBucket>, sqlx::Error> {
        sqlx::query_as(
            "SELECT CASE WHEN empty_at > $2 THEN empty_at - $2 ELSE 0 END AS filled, \
             CASE WHEN running_until > $2 THEN running ELSE 0 END AS running FROM throttle_buckets WHERE id = $1",
        )
        .bind(&bucket.id)
        .bind(now)
        .fetch_optional(self.connection())
        .await
    }

    /// Gives a reserved failure back.
    pub async fn give_back(&mut self, bucket: &BucketLimit) -> Result<(), sqlx::Error> {
        let update = sqlx::query(
            "UPDATE throttle_buckets SET running = running - 1 WHERE id = $1 AND running > 0",
        );
        self.execute(update.bind(&bucket.id)).await
    }

    /// Adds a failure, in place of the reserved one.
    pub async fn pour(&mut self, bucket: &BucketLimit, now: i64) -> Result<(), sqlx::Error> {
        let drain = milliseconds(bucket.drain);
        let insert = sqlx::query(
            "INSERT INTO throttle_buckets AS b (id, empty_at, running, running_until) VALUES ($1, CAST($2 AS BIGINT) + $3, 0, 0) \
             ON CONFLICT (id) DO UPDATE SET empty_at = CASE WHEN b.empty_at > $2 THEN b.empty_at ELSE $2 END + $3, \
             running = CASE WHEN b.running > 0 THEN b.running - 1 ELSE 0 END",
        )
        .bind(&bucket.id)
        .bind(now)
        .bind(drain);
        self.execute(insert).await
    }
}

impl Store {
    /// Returns whether several processes can use the database: with SQLite, one does.
    pub fn has_replicas(&self) -> bool {
        self.database.kind() == DatabaseKind::Postgres
    }

    /// Returns the time of the database.
    pub async fn database_time(&self) -> Result<i64, sqlx::Error> {
        match self.database.kind() {
            DatabaseKind::Sqlite => {
                sqlx::query_scalar("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)")
            }
            _ => sqlx::query_scalar(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            ),
        }
        .fetch_one(self.pool())
        .await
    }

    /// Deletes buckets that have drained, and of more than `most` the emptiest.
    pub async fn clean_buckets(&self, now: i64, most: i64) -> Result<(), sqlx::Error> {
        // The condition is there twice, because the row may have changed when it is locked.
        let drained = || {
            sqlx::query(
                "DELETE FROM throttle_buckets WHERE empty_at <= $1 AND (running = 0 OR running_until <= $1) AND id IN \
                 (SELECT id FROM throttle_buckets WHERE empty_at <= $1 AND (running = 0 OR running_until <= $1) LIMIT $2)",
            )
        };
        self.delete(drained, now).await?;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM throttle_buckets");
        let count: i64 = count.fetch_one(self.pool()).await?;
        if count <= most {
            return Ok(());
        }
        let emptiest = sqlx::query_scalar(
            "SELECT empty_at FROM throttle_buckets ORDER BY empty_at LIMIT 1 OFFSET $1",
        );
        let emptiest = emptiest.bind(count - most - 1).fetch_optional(self.pool());
        // Another replica may have deleted them.
        let emptiest: Option<i64> = emptiest.await?;
        let full = || {
            sqlx::query(
                "DELETE FROM throttle_buckets WHERE empty_at <= $1 AND id IN \
                 (SELECT id FROM throttle_buckets WHERE empty_at <= $1 LIMIT $2)",
            )
        };
        self.delete(full, emptiest.unwrap_or(0)).await
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

impl FromRow<'_, AnyRow> for StoredBucket {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let filled: i64 = row.try_get("filled")?;
        let running: i64 = row.try_get("running")?;
        Ok(Self {
            filled: Duration::from_millis(filled.try_into().unwrap_or_default()),
            running: running.try_into().unwrap_or_default(),
        })
    }
}
