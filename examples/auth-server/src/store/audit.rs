//! The trail of sign-ins and of changes of rights.

use identity_core::clock::UnixTime;
use serde::Serialize;
use sqlx::Row;
use utoipa::ToSchema;
use uuid::Uuid;

use super::orgs::seconds;
use super::{Store, Write};

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Later events have greater ids.
    pub id: String,
    /// Seconds since 1970.
    #[schema(example = 1_766_912_798)]
    pub at: i64,
    /// The id of the user or client who did it, or under whose name it was tried.
    pub actor: String,
    /// What.
    #[schema(example = "role.attach_permission")]
    pub action: String,
    /// To what: ids, names and slugs; never a password or a token.
    #[schema(example = "owner example_service.billing.read")]
    pub target: String,
    /// The address that it came from.
    #[schema(example = "127.0.0.1")]
    pub address: String,
}

/// Something to be put on record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    /// The organization; empty if it is unknown.
    pub org: &'r str,
    /// The id of the user or client.
    pub actor: &'r str,
    /// What.
    pub action: &'static str,
    /// To what.
    pub target: &'r str,
    /// Where it came from.
    pub address: &'r str,
}

const INSERT: &str = "INSERT INTO audit (id, org_id, at, actor, action, target, address) VALUES ($1, $2, $3, $4, $5, $6, $7)";

macro_rules! insert {
    ($record:expr, $now:expr) => {
        sqlx::query(INSERT)
            .bind(Uuid::now_v7().to_string())
            .bind($record.org)
            .bind(seconds($now))
            .bind($record.actor)
            .bind($record.action)
            .bind($record.target)
            .bind($record.address)
    };
}

impl Write {
    /// Puts something on record together with what it did.
    pub async fn record(&mut self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        insert!(record, now)
            .execute(self.connection())
            .await
            .map(drop)
    }
}

impl Store {
    /// Puts something on record that changed nothing.
    pub async fn record(&self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        write.record(record, now).await?;
        write.commit().await
    }

    /// What happened in the organization, the latest first, before the event of this id.
    pub async fn audit(
        &self,
        org: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, at, actor, action, target, address FROM audit WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(org)
        // Behind every id.
        .bind(before.unwrap_or("g"))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditEvent {
                    id: row.try_get("id")?,
                    at: row.try_get("at")?,
                    actor: row.try_get("actor")?,
                    action: row.try_get("action")?,
                    target: row.try_get("target")?,
                    address: row.try_get("address")?,
                })
            })
            .collect()
    }
}
