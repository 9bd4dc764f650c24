//! Opening the store: which database, and its tables.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection};

use super::Invoices;
use super::sqlite_file::SqliteFile;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one of a database that is known.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The address names no file.
    #[error("DATABASE_URL must name a file, such as sqlite://data/billing-api.db")]
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
    /// The database does not answer.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[source] sqlx::Error),
    /// The tables cannot be made.
    #[error("the database of DATABASE_URL cannot be brought up to date")]
    Migrate(#[source] MigrateError),
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

impl Invoices {
    /// Opens the database and brings its tables up to date. A SQLite file is made if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_within(url, Duration::from_secs(5)).await
    }

    /// Waits at most for `patience`: when the service starts, then for each query while no connection is free.
    pub(super) async fn open_within(url: &str, patience: Duration) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let options = AnyPoolOptions::new().acquire_timeout(patience);
        if Database::of(url)? == Database::Postgres {
            let options = options.max_connections(8);
            let pool = connect(options, url, &POSTGRES).await?;
            return Ok(Self { pool, file: None });
        }
        let file = SqliteFile::at(url)?;
        if file.is_in_memory {
            // Each connection has a database of its own, and it is gone with the connection.
            let options = options.max_connections(1).min_connections(1);
            let options = options.idle_timeout(None).max_lifetime(None);
            let pool = connect(options, &file.url, &SQLITE).await?;
            return Ok(Self { pool, file: None });
        }
        file.let_readers_not_wait()
            .await
            .map_err(OpenError::Connect)?;
        let pool = connect(options.max_connections(8), &file.url, &SQLITE).await?;
        Ok(Self {
            pool,
            file: file.path,
        })
    }
}

async fn connect(
    options: AnyPoolOptions,
    url: &str,
    migrator: &Migrator,
) -> Result<AnyPool, OpenError> {
    let pool = match options.connect(url).await {
        Ok(pool) => pool,
        // The pool was patient, and says nothing else.
        Err(sqlx::Error::PoolTimedOut) => {
            let cause = AnyConnection::connect(url).await.err();
            return Err(OpenError::Connect(
                cause.unwrap_or(sqlx::Error::PoolTimedOut),
            ));
        }
        Err(error) => return Err(OpenError::Connect(error)),
    };
    migrator.run(&pool).await.map_err(OpenError::Migrate)?;
    Ok(pool)
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
