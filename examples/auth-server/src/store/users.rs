//! Users.

use identity_core::clock::UnixTime;
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use super::orgs::seconds;
use super::{Store, Write};

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// Assigned by the server. Ids sort by creation order.
    pub id: String,
    /// The organization.
    pub org: String,
    /// Stored as given. Unique, ignoring case.
    pub username: String,
    /// Stored as given. Unique, ignoring case.
    pub email: String,
}

impl User {
    /// Returns the id and the name, for the audit log.
    pub fn named(&self) -> Value {
        json!({"id": self.id, "username": self.username})
    }
}

/// A user with the password hash. It has no `Debug`.
pub struct Login {
    /// The user.
    pub user: User,
    /// The hash of the password.
    pub password_hash: String,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The maximum number of entries.
    pub limit: u32,
    /// The page starts after this id; from the beginning if `None`.
    pub after: Option<String>,
}

impl Write {
    /// Stores a user.
    pub async fn create_user(&mut self, login: &Login, now: UnixTime) -> Result<(), sqlx::Error> {
        let user = &login.user;
        let insert = sqlx::query(
            "INSERT INTO users (id, org_id, username, email, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&user.id)
        .bind(&user.org)
        .bind(&user.username)
        .bind(&user.email)
        .bind(&login.password_hash)
        .bind(seconds(now));
        self.execute(insert).await
    }

    /// Returns a user of the organization.
    pub async fn user(&mut self, org: &str, id: &str) -> Result<Option<User>, sqlx::Error> {
        user(self.connection(), org, id).await
    }

    /// Deletes a user of the organization with all their data. Returns `false` if there is none with this id.
    pub async fn delete_user(&mut self, org: &str, id: &str) -> Result<bool, sqlx::Error> {
        let delete = sqlx::query("DELETE FROM users WHERE org_id = $1 AND id = $2");
        Ok(self.changed(delete.bind(org).bind(id)).await? > 0)
    }

    /// Returns whether a user still has the password with this hash, and locks it until the end of the transaction.
    pub async fn confirm_password(&mut self, user: &User, hash: &str) -> Result<bool, sqlx::Error> {
        self.change_password(user, hash, hash).await
    }

    /// Replaces the password hash if it is still `old_hash`. Returns whether it was replaced.
    pub async fn change_password(
        &mut self,
        user: &User,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, sqlx::Error> {
        let update = sqlx::query(
            "UPDATE users SET password_hash = $1 WHERE org_id = $2 AND id = $3 AND password_hash = $4",
        )
        .bind(new_hash)
        .bind(&user.org)
        .bind(&user.id)
        .bind(old_hash);
        Ok(self.changed(update).await? > 0)
    }
}

impl Store {
    /// Returns the user with this username, ignoring case, and the password hash.
    pub async fn login(&self, username: &str) -> Result<Option<Login>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, username, email, password_hash FROM users WHERE lower(username) = lower($1)",
        )
        .bind(username)
        .fetch_optional(self.pool())
        .await
    }

    /// Returns a user of the organization with the password hash.
    pub async fn login_of(&self, org: &str, id: &str) -> Result<Option<Login>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, username, email, password_hash FROM users WHERE org_id = $1 AND id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_optional(self.pool())
        .await
    }

    /// Returns a user of the organization.
    pub async fn user(&self, org: &str, id: &str) -> Result<Option<User>, sqlx::Error> {
        user(&mut *self.pool().acquire().await?, org, id).await
    }

    /// Returns a page of the organization's users in creation order.
    pub async fn users(&self, org: &str, page: Page) -> Result<Vec<User>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, org_id, username, email FROM users WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(org)
        .bind(page.after.unwrap_or_default())
        .bind(i64::from(page.limit))
        .fetch_all(self.pool())
        .await
    }
}

async fn user(
    connection: &mut AnyConnection,
    org: &str,
    id: &str,
) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as("SELECT id, org_id, username, email FROM users WHERE org_id = $1 AND id = $2")
        .bind(org)
        .bind(id)
        .fetch_optional(connection)
        .await
}

impl FromRow<'_, AnyRow> for Login {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user: User::from_row(row)?,
            password_hash: row.try_get("password_hash")?,
        })
    }
}

impl FromRow<'_, AnyRow> for User {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            org: row.try_get("org_id")?,
            username: row.try_get("username")?,
            email: row.try_get("email")?,
        })
    }
}
