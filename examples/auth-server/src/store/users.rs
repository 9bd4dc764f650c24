//! Users.

use identity_core::clock::UnixTime;
use serde_json::{Value, json};
use service_kit::store::{Listed, Page, Rows};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use super::lists::{MOST_OF_PAGE, page_of};
use super::orgs::seconds;
use super::roles::Roles;
use super::{Store, Write};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Returns a page of the organization's users in creation order, with the ids and names of their roles.
    pub async fn users(&self, org: &str, page: &Page) -> Result<Rows<(User, Roles)>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT u.id, u.org_id, u.username, u.email, r.id AS role_id, r.name FROM users u \
             LEFT JOIN user_roles l ON l.org_id = u.org_id AND l.user_id = u.id \
             LEFT JOIN roles r ON r.org_id = l.org_id AND r.id = l.role_id \
             WHERE u.org_id = $1 AND u.id > $2 AND u.id <= (SELECT MAX(id) FROM \
             (SELECT id FROM users WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3) page) \
             ORDER BY u.id LIMIT $4",
        )
        .bind(org)
        .bind(page.after.as_deref().unwrap_or_default())
        .bind(page.select())
        .bind(MOST_OF_PAGE + 1)
        .fetch_all(self.pool())
        .await?;
        let joined = rows.iter().map(|row| {
            let role: Option<i64> = row.try_get("role_id")?;
            let role = role.map(|id| Ok::<_, sqlx::Error>((id, row.try_get("name")?)));
            Ok((User::from_row(row)?, role.transpose()?))
        });
        let joined = joined.collect::<Result<_, sqlx::Error>>()?;
        let mut users = page_of(page, joined, |user: &User| user.id.clone());
        for (_, roles) in &mut users.rows {
            roles.sort();
        }
        Ok(users)
    }
}

impl Listed for User {
    type Id = String;
    const ROW: &'static str = "a user";
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
