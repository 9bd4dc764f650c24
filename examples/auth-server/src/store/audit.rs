//! The audit log of sign-ins and of changes of rights.

use std::borrow::Cow;

use identity_core::clock::UnixTime;
use serde::Serialize;
use serde_json::{Value, json};
use service_kit::store::{Listed, Page, Rows};
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
    /// How often it happened. Sign-ins, tokens of machine clients and refused attempts are counted if they repeat an
    /// earlier one: `target` is the first one's. If too many different ones follow one another, the further ones have one
    /// event in common, with the target `{"further": true}` and no address.
    #[schema(example = 1)]
    pub times: i64,
    /// When it happened last, in seconds since 1970.
    #[schema(example = 1_766_912_798)]
    pub last_at: i64,
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

/// The maximum number of characters of the targets of a page: a page with more ends earlier. An event of a client with
/// 1,000 permissions has some 30,000.
const MOST_CHARACTERS: i64 = 1_000_000;

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
    /// Whether repeats are counted in one row. Else each has its own.
    pub is_counted: bool,
}

impl Record<'_> {
    /// Returns the event with its repeats counted in one row: for what a client can repeat without end.
    pub fn counted(self) -> Self {
        Self {
            is_counted: true,
            ..self
        }
    }
}

impl Write {
    /// Records an event in the same transaction as the change.
    pub async fn record(&mut self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        match record.is_counted {
            true => self.count(record, now).await,
            false => self.insert(record, now).await,
        }
    }

    pub(super) async fn insert(
        &mut self,
        record: Record<'_>,
        now: UnixTime,
    ) -> Result<(), sqlx::Error> {
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
    /// Records an event that changed nothing. Repeats are counted in one row.
    pub async fn record(&self, record: Record<'_>, now: UnixTime) -> Result<(), sqlx::Error> {
        let waiter = Waiter {
            tenant: match record.org {
                "" => Tenant::Unknown,
                org => Tenant::Organization(org.to_owned()),
            },
            network: None,
        };
        self.write_for(waiter)
            .await?
            .finish(record.counted(), now)
            .await
    }

    /// Returns a page of the organization's events, the latest first. It ends before [`MOST_CHARACTERS`] are exceeded, but
    /// has at least one.
    pub async fn audit(&self, org: &str, page: &Page) -> Result<Rows<AuditEvent>, sqlx::Error> {
        // Sorts after every id.
        let before = page.after.as_deref().unwrap_or("g");
        let sizes: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, LENGTH(COALESCE(details, target)) FROM audit \
             WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(org)
        .bind(before)
        .bind(page.select())
        .fetch_all(self.pool())
        .await?;
        let mut characters = 0;
        let fits = |(_, size): &&(String, i64)| {
            let is_first = characters == 0;
            characters += size;
            is_first || characters <= MOST_CHARACTERS
        };
        let fitting = sizes
            .iter()
            .take_while(fits)
            .count()
            .min(page.limit as usize);
        let Some((last, _)) = fitting.checked_sub(1).and_then(|index| sizes.get(index)) else {
            return Ok(Rows {
                rows: Vec::new(),
                next: None,
            });
        };
        let events = sqlx::query_as(
            "SELECT id, at, times, last_at, actor, action, target, details, address FROM audit \
             WHERE org_id = $1 AND id < $2 AND id >= $3 ORDER BY id DESC",
        )
        .bind(org)
        .bind(before)
        .bind(last)
        .fetch_all(self.pool())
        .await?;
        Ok(Rows {
            rows: events,
            next: (fitting < sizes.len()).then(|| last.clone()),
        })
    }
}

impl Listed for AuditEvent {
    type Id = String;
    const ROW: &'static str = "an event";
    // The latest come first.
    const CURSOR: &'static str = "before";
}

impl FromRow<'_, AnyRow> for AuditEvent {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let details: Option<String> = row.try_get("details")?;
        let target = match details.map(|details| serde_json::from_str(&details)) {
            Some(Ok(target)) => target,
            _ => json!({"text": row.try_get::<String, _>("target")?}),
        };
        let at = row.try_get("at")?;
        Ok(Self {
            id: row.try_get("id")?,
            at,
            times: row.try_get("times")?,
            last_at: row.try_get::<Option<i64>, _>("last_at")?.unwrap_or(at),
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            target,
            address: row.try_get("address")?,
        })
    }
}
