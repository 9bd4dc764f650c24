//! The store of users: SQLite or PostgreSQL, one SQL text for both.

mod sqlite_file;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use service_kit::health::{Dependency, DependencyCheck};
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection, Row};
use tokio::time::timeout;
use utoipa::ToSchema;
use uuid::Uuid;

use sqlite_file::SqliteFile;

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
pub struct Users {
    pool: AnyPool,
    /// Where they are, if that is a file.
    file: Option<PathBuf>,
}

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one of a database that is known.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The address names no file.
    #[error("DATABASE_URL must name a file, such as sqlite://data/descope-api.db")]
    NoFile,
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
    /// The database server refuses, or there is none of that name.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[source] sqlx::Error),
    /// The SQLite file cannot be read or written.
    #[error(
        "the database of DATABASE_URL cannot be opened: this user must be allowed to read and write the file {path} and its folder"
    )]
    File {
        /// The file.
        path: String,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// The database server does not answer: perhaps not yet, so whoever runs the service may start it again.
    #[error(
        "the database of DATABASE_URL cannot be opened: it must be running, and did not answer for {} s",
        .patience.as_secs()
    )]
    NoAnswer {
        /// How long was waited.
        patience: Duration,
        /// What the driver says.
        source: sqlx::Error,
    },
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

/// A kind of database, as an address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:`
    Sqlite,
    /// `postgres:` or `postgresql:`
    Postgres,
}

impl Database {
    /// The kind that this address is of. Errors: none that is known.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(OpenError::UnknownDatabase),
        }
    }
}

impl Users {
    /// Opens the database and brings its tables up to date. A SQLite file is made if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_within(url, Duration::from_secs(5)).await
    }

    /// Waits at most for `patience`: when the service starts, then for each query while no connection is free.
    async fn open_within(url: &str, patience: Duration) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let options = AnyPoolOptions::new().acquire_timeout(patience);
        if Database::of(url)? == Database::Postgres {
            let options = options.max_connections(8);
            return Self::connect(options, url, &POSTGRES).await;
        }
        let file = SqliteFile::at(url)?;
        if file.is_in_memory {
            // Each connection has a database of its own, and it is gone with the connection.
            let options = options.max_connections(1).min_connections(1);
            let options = options.idle_timeout(None).max_lifetime(None);
            return Self::connect(options, &file.url, &SQLITE).await;
        }
        let unusable = |source| OpenError::File {
            path: file.path.display().to_string(),
            source,
        };
        file.let_readers_not_wait().await.map_err(unusable)?;
        let users = Self::connect(options.max_connections(8), &file.url, &SQLITE).await?;
        Ok(Self {
            file: Some(file.path),
            ..users
        })
    }

    async fn connect(
        options: AnyPoolOptions,
        url: &str,
        migrator: &Migrator,
    ) -> Result<Self, OpenError> {
        let patience = options.get_acquire_timeout();
        let pool = match options.connect(url).await {
            Ok(pool) => pool,
            // The pool was patient, and says nothing else.
            Err(nothing @ sqlx::Error::PoolTimedOut) => {
                let cause = timeout(patience, AnyConnection::connect(url)).await;
                let source = cause.ok().and_then(Result::err).unwrap_or(nothing);
                return Err(OpenError::NoAnswer { patience, source });
            }
            Err(error) => return Err(OpenError::Connect(error)),
        };
        migrator.run(&pool).await.map_err(OpenError::Migrate)?;
        Ok(Self { pool, file: None })
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
            .execute(&self.pool)
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
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(user).collect()
    }

    /// How many users there are.
    pub async fn count(&self) -> Result<u64, sqlx::Error> {
        let row = sqlx::query("SELECT COUNT(*) FROM users")
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// Deletes a user. Answers whether there was one.
    pub async fn delete(&self, id: &str) -> Result<bool, sqlx::Error> {
        if !is_id(id) {
            return Ok(false);
        }
        let deleted = sqlx::query("DELETE FROM users WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

/// Whether a text can be the id of a user: in the one form that the store gives, because ids are compared as texts.
pub fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

fn user(row: &AnyRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
    })
}

impl Dependency for Users {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async {
            // What is written to a file that was taken away is lost with the process.
            if self.file.as_ref().is_some_and(|file| !file.exists()) {
                return Err("the file of the database is gone".to_owned());
            }
            // The database's own message may name hosts and users: it is for the log.
            sqlx::query("SELECT id FROM users LIMIT 1")
                .execute(&self.pool)
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

#[cfg(test)]
#[path = "users_open_tests.rs"]
mod open_tests;
