//! The user store, on SQLite or PostgreSQL with the same SQL for both.

use serde::Serialize;
use service_kit::store::{
    Database, DatabaseConfig, Listed, Migration, OpenError, Page, Rows, Schema, is_id,
};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use utoipa::ToSchema;
use uuid::Uuid;

const SCHEMA: Schema = Schema {
    migrations: &[
        Migration {
            version: 1,
            description: "users",
            sql: include_str!("../migrations/0001_users.sql"),
        },
        Migration {
            version: 2,
            description: "members",
            sql: include_str!("../migrations/0002_members.sql"),
        },
    ],
    probe: "SELECT id FROM users LIMIT 1",
};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Assigned by the store. Ids sort by creation order.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub id: String,
    /// Stored as given.
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    /// Stored as given. Unique, ignoring case.
    #[schema(example = "ada@example.com")]
    pub email: String,
}

/// The user store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Users {
    database: Database,
}

/// The reason a user cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A user with another name already has this email.
    #[error("the email is taken")]
    EmailTaken,
    /// The database failed.
    #[error("the user cannot be stored")]
    Store(#[from] sqlx::Error),
}

impl Users {
    /// Opens the database and runs pending migrations.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, OpenError> {
        let database = Database::open(config, &SCHEMA).await?;
        Ok(Self { database })
    }

    /// Returns the underlying database, for the health check.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Stores a new user, or returns the one that already has this name and email, so that a client can repeat a request
    /// whose response it did not get. Emails are compared ignoring case, names exactly.
    ///
    /// # Errors
    ///
    /// If a user with another name has the email, or the database fails.
    pub async fn create(&self, name: &str, email: &str) -> Result<User, CreateError> {
        let (insert, with_email) = (|| self.insert(name, email), || self.with_email(email));
        created(name, insert, with_email).await
    }

    /// Stores a new user. Returns `None` if a user has the email.
    async fn insert(&self, name: &str, email: &str) -> Result<Option<User>, sqlx::Error> {
        let user = User::new(name, email);
        let inserted = sqlx::query(
            "INSERT INTO users (id, name, email) VALUES ($1, $2, $3) ON CONFLICT (lower(email)) DO NOTHING",
        )
        .bind(&user.id)
        .bind(&user.name)
        .bind(&user.email)
        .execute(self.database.pool())
        .await?;
        Ok((inserted.rows_affected() > 0).then_some(user))
    }

    async fn with_email(&self, email: &str) -> Result<Option<User>, sqlx::Error> {
        sqlx::query_as("SELECT id, name, email FROM users WHERE lower(email) = lower($1)")
            .bind(email)
            .fetch_optional(self.database.pool())
            .await
    }

    /// Returns a page of users in creation order.
    pub async fn list(&self, page: &Page) -> Result<Rows<User>, sqlx::Error> {
        let users =
            sqlx::query_as("SELECT id, name, email FROM users WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(page.after.as_deref().unwrap_or_default())
                .bind(page.select())
                .fetch_all(self.database.pool())
                .await?;
        Ok(page.rows(users, |user: &User| user.id.clone()))
    }

    /// Returns the number of users.
    pub async fn count(&self) -> Result<u64, sqlx::Error> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users")
            .fetch_one(self.database.pool())
            .await?;
        Ok(count.unsigned_abs())
    }

    /// Deletes a user. Returns `false` if there is no user with this id.
    pub async fn delete(&self, id: &str) -> Result<bool, sqlx::Error> {
        if !is_id(id) {
            return Ok(false);
        }
        let deleted = sqlx::query("DELETE FROM users WHERE id = $1")
            .bind(id)
            .execute(self.database.pool())
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

/// Returns the user that `insert` stores, or the one with the same email if it has this name. `insert` returns `None` if a user
/// has the email, whom `with_email` returns.
pub(crate) async fn created(
    name: &str,
    insert: impl AsyncFn() -> Result<Option<User>, sqlx::Error>,
    with_email: impl AsyncFn() -> Result<Option<User>, sqlx::Error>,
) -> Result<User, CreateError> {
    // Repeated only if the user that has the email is deleted between the two statements.
    loop {
        if let Some(user) = insert().await? {
            return Ok(user);
        }
        match with_email().await? {
            Some(user) if user.name == name => return Ok(user),
            Some(_) => return Err(CreateError::EmailTaken),
            None => {}
        }
    }
}

impl User {
    /// Returns a user with an id of its own, who is not stored yet.
    pub(crate) fn new(name: &str, email: &str) -> Self {
        Self {
            id: Uuid::now_v7().to_string(),
            name: name.to_owned(),
            email: email.to_owned(),
        }
    }
}

impl Listed for User {
    type Id = String;
    const ROW: &'static str = "a user";
}

impl FromRow<'_, AnyRow> for User {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
        })
    }
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;
