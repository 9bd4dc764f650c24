//! The users of tenants, in the same database as the other users.

use identity_core::Tenant;
use service_kit::store::{Database, Page, Rows, is_id};

use crate::users::{CreateError, User, created};

/// The users of tenants. Every query is for one tenant, and takes it as a [`Tenant`], so that no caller reaches another.
/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Members {
    database: Database,
}

impl Members {
    /// Returns the store in a database that has its tables: that of [`Users`](crate::users::Users).
    pub fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
        }
    }

    /// Stores a new user of the tenant, or returns the one that already has this name and email, so that a client can
    /// repeat a request whose response it did not get. Emails are compared ignoring case, names exactly.
    ///
    /// # Errors
    ///
    /// If a user of the tenant with another name has the email, or the database fails.
    pub async fn create(
        &self,
        tenant: &Tenant,
        name: &str,
        email: &str,
    ) -> Result<User, CreateError> {
        let insert = || self.insert(tenant, name, email);
        created(name, insert, || self.with_email(tenant, email)).await
    }

    /// Stores a new user of the tenant. Returns `None` if a user there has the email.
    async fn insert(
        &self,
        tenant: &Tenant,
        name: &str,
        email: &str,
    ) -> Result<Option<User>, sqlx::Error> {
        let user = User::new(name, email);
        let inserted = sqlx::query(
            "INSERT INTO members (tenant_id, id, name, email) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, lower(email)) DO NOTHING",
        )
        .bind(tenant.id())
        .bind(&user.id)
        .bind(&user.name)
        .bind(&user.email)
        .execute(self.database.pool())
        .await?;
        Ok((inserted.rows_affected() > 0).then_some(user))
    }

    async fn with_email(&self, tenant: &Tenant, email: &str) -> Result<Option<User>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, name, email FROM members WHERE tenant_id = $1 AND lower(email) = lower($2)",
        )
        .bind(tenant.id())
        .bind(email)
        .fetch_optional(self.database.pool())
        .await
    }

    /// Returns a page of the users of the tenant in creation order.
    pub async fn list(&self, tenant: &Tenant, page: &Page) -> Result<Rows<User>, sqlx::Error> {
        let users = sqlx::query_as(
            "SELECT id, name, email FROM members WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(tenant.id())
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.select())
        .fetch_all(self.database.pool())
        .await?;
        Ok(page.rows(users, |user: &User| user.id.clone()))
    }

    /// Deletes a user of the tenant. Returns `false` if the tenant has no user with this id.
    pub async fn delete(&self, tenant: &Tenant, id: &str) -> Result<bool, sqlx::Error> {
        if !is_id(id) {
            return Ok(false);
        }
        let deleted = sqlx::query("DELETE FROM members WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.id())
            .bind(id)
            .execute(self.database.pool())
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
