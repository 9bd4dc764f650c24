//! The audit log of sign-ins and of changes of rights.

use std::borrow::Cow;

use identity_core::clock::UnixTime;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use utoipa::ToSchema;
use uuid::Uuid;

use super::orgs::seconds;
use super::{Store, Write};
use crate::fair_queue::{Tenant, Waiter};

/// An event in the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Ids sort by time.
    pub id: String,
    /// The time, in seconds since 1970.
    #[schema(example = 1_766_912_798)]
    pub at: i64,
    /// The id of the user or client who did it, or whose name was used in a failed attempt.
    pub actor: String,
    /// The action.
    #[schema(example = "role.attach_permission")]
    pub action: String,
    /// What it was done to: ids, names and slugs; never a password or a token. An event of a release before this one has
    /// one member, `text`.
    #[schema(value_type = Object, example = json!({"role": {"id": 1, "name": "owner"}, "permission": "example_service.billing.read"}))]
    pub target: Value,
    /// The client address.
    #[schema(example = "127.0.0.1")]
    pub address: String,
}

/// An event to record.
#[derive(Debug, Clone)]
pub struct Record<'r> {
    /// The organization; empty if unknown.
    pub org: &'r str,
    /// The id of the user or client.
    pub actor: &'r str,
    /// The action.
    pub action: Cow<'static, str>,
    /// The target, an object. Names are values in it and never part of a text, so that no name can look like another
    /// target.
    pub target: Value,
    /// The client address.
    pub address: &'r str,
}

impl Write {
    /// Records an event in the same transaction as the change.
    pub async fn record(&mut self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO audit (id, org_id, at, actor, action, target, details, address) VALUES ($1, $2, $3, $4, $5, '', $6, $7)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(record.org)
        .bind(seconds(now))
        .bind(record.actor)
        .bind(&*record.action)
        .bind(record.target.to_string())
        .bind(record.address);
        self.execute(insert).await
    }

    /// Records the event of the change, and commits.
    pub async fn finish(mut self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        self.record(record, now).await?;
        self.commit().await
    }
}

impl Store {
    /// Records an event that changed nothing.
    pub async fn record(&self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        let waiter = Waiter {
            tenant: match record.org {
                "" => Tenant::Unknown,
                org => Tenant::Organization(org.to_owned()),
            },
            network: None,
        };
        self.write_for(waiter).await?.finish(record, now).await
    }

    /// Returns events of the organization, the latest first, older than the event `before` if given.
    pub async fn audit(
        &self,
        org: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, at, actor, action, target, details, address FROM audit WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(org)
        // Sorts after every id.
        .bind(before.unwrap_or("g"))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await
    }

    /// Returns the names and addresses of the sign-ins among the latest events of all organizations, the latest last.
    pub async fn sign_ins(&self, latest: u32) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT users.username, events.address
             FROM (SELECT id, actor, action, address FROM audit ORDER BY id DESC LIMIT $1) events
             JOIN users ON users.id = events.actor WHERE events.action = 'user.login' ORDER BY events.id",
        )
        .bind(i64::from(latest))
        .fetch_all(self.pool())
        .await
    }
}

impl FromRow<'_, AnyRow> for AuditEvent {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let details: Option<String> = row.try_get("details")?;
        let target = match details.map(|details| serde_json::from_str(&details)) {
            Some(Ok(target)) => target,
            _ => json!({"text": row.try_get::<String, _>("target")?}),
        };
        Ok(Self {
            id: row.try_get("id")?,
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            target,
            address: row.try_get("address")?,
        })
    }
}
