//! The store of users: SQLite or PostgreSQL, one SQL text for both.

use std::path::Path;
use std::time::Duration;

use identity_actix::health::{Dependency, DependencyCheck};
use serde::Serialize;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyPool, Executor, Row};
use utoipa::ToSchema;
use uuid::Uuid;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Given by the store; later users have greater ids.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub id: String,
    /// As it was given.
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    /// As it was given. Two users never have the same, in whatever case.
    #[schema(example = "ada@example.com")]
    pub email: String,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many at most.
    pub limit: u32,
    /// The id to start behind.
    pub after: Option<String>,
}

/// The users in a database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Users(AnyPool);

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one of a database that is known.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The folder of the SQLite file cannot be made.
    #[error(
        "the folder of the database file {path} cannot be made; DATABASE_URL says where the file is"
    )]
    Folder {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database does not answer.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[source] sqlx::Error),
    /// The tables cannot be made.
    #[error("the database of DATABASE_URL cannot be brought up to date")]
    Migrate(#[source] MigrateError),
}

/// Why a user cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Another user has the email.
    #[error("the email is taken")]
    EmailTaken,
    /// The database failed.
    #[error("the user cannot be stored")]
    Store(#[from] sqlx::Error),
}

impl Users {
    /// Opens the database and brings its tables up to date. A SQLite file is made if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(OpenError::UnknownDatabase);
        }
        let url = if sqlite {
            sqlite_url(url)?
        } else {
            url.to_owned()
        };
        let options = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(5));
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move {
                if sqlite {
                    // Readers do not wait for a writer, and what is acknowledged is on disk.
                    connection
                        .execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
                        .await?;
                }
                Ok(())
            })
        });
        let pool = options.connect(&url).await.map_err(OpenError::Connect)?;
        let migrator = if sqlite { &SQLITE } else { &POSTGRES };
        migrator.run(&pool).await.map_err(OpenError::Migrate)?;
        Ok(Self(pool))
    }

    /// Stores a user. Errors: the email is taken; the database fails.
    pub async fn create(&self, name: &str, email: &str) -> Result<User, CreateError> {
        let user = User {
            id: Uuid::now_v7().to_string(),
            name: name.to_owned(),
            email: email.to_owned(),
        };
        let insert = sqlx::query("INSERT INTO users (id, name, email) VALUES ($1, $2, $3)");
        match insert
            .bind(&user.id)
            .bind(&user.name)
            .bind(&user.email)
            .execute(&self.0)
            .await
        {
            Ok(_) => Ok(user),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(CreateError::EmailTaken)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Users in the order in which they were created.
    pub async fn list(&self, page: Page) -> Result<Vec<User>, sqlx::Error> {
        let select =
            sqlx::query("SELECT id, name, email FROM users WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = select
            .bind(page.after.unwrap_or_default())
            .bind(i64::from(page.limit))
            .fetch_all(&self.0)
            .await?;
        rows.iter().map(user).collect()
    }

    /// How many users there are.
    pub async fn count(&self) -> Result<u64, sqlx::Error> {
        let row = sqlx::query("SELECT COUNT(*) FROM users")
            .fetch_one(&self.0)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// Deletes a user. Answers whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool, sqlx::Error> {
        let deleted = sqlx::query("DELETE FROM users WHERE id = $1")
            .bind(id)
            .execute(&self.0)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

fn user(row: &AnyRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
    })
}

/// The address with permission to make the file, whose folder is made here.
fn sqlite_url(url: &str) -> Result<String, OpenError> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let file = path.trim_start_matches("sqlite:").trim_start_matches("//");
    if let Some(folder) = Path::new(file).parent().filter(|_| file != ":memory:") {
        std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
            path: file.to_owned(),
            source,
        })?;
    }
    if query.split('&').any(|pair| pair.starts_with("mode=")) {
        return Ok(url.to_owned());
    }
    let separator = if query.is_empty() { "" } else { "&" };
    Ok(format!("{path}?{query}{separator}mode=rwc"))
}

impl Dependency for Users {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async {
            // The database's own message may name hosts and users: it is for the log.
            sqlx::query("SELECT 1")
                .execute(&self.0)
                .await
                .map(drop)
                .map_err(|error| {
                    tracing::warn!(reason = %error, "the database does not answer: {error}");
                    "the database does not answer".to_owned()
                })
        })
    }
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;
