//! Organizations.

use identity_core::clock::UnixTime;

use super::{Store, Write};

/// An organization.
#[derive(Debug, Clone)]
pub struct Org {
    /// Assigned by the server.
    pub id: String,
    /// Stored as given.
    pub name: String,
    /// Stored as given. Unique, ignoring case.
    pub domain: String,
    /// `teams` or `enterprise`.
    pub kind: String,
}

/// Returns a time as stored in the database: whole seconds since 1970.
pub fn seconds(time: UnixTime) -> i64 {
    // A cast of a float saturates.
    time.seconds() as i64
}

impl Write {
    /// Stores an organization.
    pub async fn create_org(&mut self, org: &Org, now: UnixTime) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO orgs (id, name, domain, kind, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(&org.id)
        .bind(&org.name)
        .bind(&org.domain)
        .bind(&org.kind)
        .bind(seconds(now));
        self.execute(insert).await
    }

    /// Locks the organization until the end of the transaction, after waiting for other changes of its rights.
    pub async fn lock_org(&mut self, org: &str, now: UnixTime) -> Result<(), sqlx::Error> {
        let update = sqlx::query("UPDATE orgs SET changed_at = $1 WHERE id = $2");
        self.execute(update.bind(seconds(now)).bind(org)).await
    }
}

impl Store {
    /// Returns the organization with this id.
    pub async fn org(&self, id: &str) -> Result<Option<Org>, sqlx::Error> {
        let found = sqlx::query_as("SELECT name, domain, kind FROM orgs WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(|(name, domain, kind)| Org {
            id: id.to_owned(),
            name,
            domain,
            kind,
        }))
    }
}
