//! Users.

use identity_core::clock::UnixTime;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::orgs::seconds;
use super::{Store, Write};

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// Given by the server; later users have greater ids.
    pub id: String,
    /// The organization.
    pub org: String,
    /// As it was given. Two users never have the same, in whatever case.
    pub username: String,
    /// As it was given. Two users never have the same, in whatever case.
    pub email: String,
}

/// A user and what proves that it is them. It has no `Debug`.
pub struct Login {
    /// The user.
    pub user: User,
    /// The hash of the password.
    pub password_hash: String,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many at most.
    pub limit: u32,
    /// The id to start behind.
    pub after: Option<String>,
}

impl Write {
    /// Stores a user.
    pub async fn create_user(&mut self, login: &Login, now: UnixTime) -> Result<(), sqlx::Error> {
        let user = &login.user;
        sqlx::query(
            "INSERT INTO users (id, org_id, username, email, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&user.id)
        .bind(&user.org)
        .bind(&user.username)
        .bind(&user.email)
        .bind(&login.password_hash)
        .bind(seconds(now))
        .execute(self.connection())
        .await
        .map(drop)
    }

    /// Whether the organization has a user of this id.
    pub async fn has_user(&mut self, org: &str, id: &str) -> Result<bool, sqlx::Error> {
        let row = sqlx::query("SELECT id FROM users WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(id)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.is_some())
    }

    /// Deletes a user of the organization, with everything of theirs. Returns whether there was one.
    pub async fn delete_user(&mut self, org: &str, id: &str) -> Result<bool, sqlx::Error> {
        let deleted = sqlx::query("DELETE FROM users WHERE org_id = $1 AND id = $2")
            .bind(org)
            .bind(id)
            .execute(self.connection())
            .await?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Returns whether a user still has the password with this hash; no other request changes it before the end.
    pub async fn confirm_password(&mut self, user: &User, hash: &str) -> Result<bool, sqlx::Error> {
        self.change_password(user, hash, hash).await
    }

    /// Replaces a password that is still the one with this hash. Returns whether it was.
    pub async fn change_password(
        &mut self,
        user: &User,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, sqlx::Error> {
        let changed = sqlx::query(
            "UPDATE users SET password_hash = $1 WHERE org_id = $2 AND id = $3 AND password_hash = $4",
        )
        .bind(new_hash)
        .bind(&user.org)
        .bind(&user.id)
        .bind(old_hash)
        .execute(self.connection())
        .await?;
        Ok(changed.rows_affected() > 0)
    }
}

impl Store {
    /// Who signs in with this name, in whatever case.
    pub async fn login(&self, username: &str) -> Result<Option<Login>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT id, org_id, username, email, password_hash FROM users WHERE lower(username) = lower($1)",
        )
        .bind(username)
        .fetch_optional(self.pool())
        .await?;
        row.as_ref().map(login).transpose()
    }

    /// A user of the organization, with what proves that it is them.
    pub async fn login_of(&self, org: &str, id: &str) -> Result<Option<Login>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT id, org_id, username, email, password_hash FROM users WHERE org_id = $1 AND id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        row.as_ref().map(login).transpose()
    }

    /// A user of the organization.
    pub async fn user(&self, org: &str, id: &str) -> Result<Option<User>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT id, org_id, username, email FROM users WHERE org_id = $1 AND id = $2",
        )
        .bind(org)
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        row.as_ref().map(user).transpose()
    }

    /// Users of the organization in the order in which they were created.
    pub async fn users(&self, org: &str, page: Page) -> Result<Vec<User>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, org_id, username, email FROM users WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(org)
        .bind(page.after.unwrap_or_default())
        .bind(i64::from(page.limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(user).collect()
    }
}

fn login(row: &AnyRow) -> Result<Login, sqlx::Error> {
    Ok(Login {
        user: user(row)?,
        password_hash: row.try_get("password_hash")?,
    })
}

fn user(row: &AnyRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        org: row.try_get("org_id")?,
        username: row.try_get("username")?,
        email: row.try_get("email")?,
    })
}
