//! What is kept: SQLite or PostgreSQL, one SQL text for both.
//!
//! Whatever belongs to an organization is asked for with its id, in every statement.

pub mod audit;
pub mod cleaning;
pub mod clients;
pub mod keys;
pub mod orgs;
pub mod permissions;
pub mod rights;
pub mod roles;
pub mod sessions;
mod sqlite_file;
pub mod taken;
pub mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use service_kit::health::{Dependency, DependencyCheck};
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use sqlite_file::SqliteFile;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    begin: &'static str,
    writers: Arc<Semaphore>,
    file: Option<PathBuf>,
}

/// A transaction that writes. What is not committed is undone when it is dropped.
pub struct Write {
    transaction: Transaction<'static, Any>,
    _turn: Option<OwnedSemaphorePermit>,
}

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is not one of a database that is known.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The address names no file.
    #[error("DATABASE_URL must name a file, such as sqlite://data/auth-server.db")]
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

impl Store {
    const CONNECTIONS: u32 = 8;
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Opens the database and brings its tables up to date. A SQLite file is made if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let options = AnyPoolOptions::new()
            .acquire_timeout(Self::PATIENCE)
            .max_connections(Self::CONNECTIONS);
        if Database::of(url)? == Database::Postgres {
            let pool = connect(options, url).await?;
            POSTGRES.run(&pool).await.map_err(OpenError::Migrate)?;
            return Ok(Self {
                pool,
                begin: "BEGIN",
                writers: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
                file: None,
            });
        }
        let file = SqliteFile::at(url)?;
        let options = if file.is_in_memory {
            // Each connection has a database of its own, and it is gone with the connection.
            let options = options.max_connections(1).min_connections(1);
            options.idle_timeout(None).max_lifetime(None)
        } else {
            file.let_readers_not_wait()
                .await
                .map_err(OpenError::Connect)?;
            options
        };
        let pool = connect(options, &file.url).await?;
        migrate_file(&pool).await?;
        Ok(Self {
            pool,
            // A transaction that reads first could not become one that writes while another one writes.
            begin: "BEGIN IMMEDIATE",
            // The file takes one writer at a time: in here they queue up in their order instead of asking again and again.
            writers: Arc::new(Semaphore::new(1)),
            file: file.path,
        })
    }

    /// The folder of the SQLite file; `None` where there is no file.
    pub fn folder(&self) -> Option<&Path> {
        self.file.as_deref().and_then(Path::parent)
    }

    /// Whether the database is one that forgets everything at the end of the process.
    pub fn is_in_memory(&self) -> bool {
        self.file.is_none() && self.begin != "BEGIN"
    }

    /// Begins to write.
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        // It is never closed.
        let turn = Arc::clone(&self.writers).acquire_owned().await.ok();
        Ok(Write {
            transaction: self.pool.begin_with(self.begin).await?,
            _turn: turn,
        })
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }
}

impl Write {
    /// Makes everything last that was written.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

async fn connect(options: AnyPoolOptions, url: &str) -> Result<AnyPool, OpenError> {
    match options.connect(url).await {
        Ok(pool) => Ok(pool),
        // The pool was patient, and says nothing else.
        Err(sqlx::Error::PoolTimedOut) => {
            let cause = AnyConnection::connect(url).await.err();
            Err(OpenError::Connect(
                cause.unwrap_or(sqlx::Error::PoolTimedOut),
            ))
        }
        Err(error) => Err(OpenError::Connect(error)),
    }
}

/// Nothing keeps two processes from making the tables of a file at the same time: the one that comes second fails, and
/// finds them made when it looks again.
async fn migrate_file(pool: &AnyPool) -> Result<(), OpenError> {
    if SQLITE.run(pool).await.is_ok() {
        return Ok(());
    }
    SQLITE.run(pool).await.map_err(OpenError::Migrate)
}

impl Dependency for Store {
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
            self.key_set_version().await.map(drop).map_err(|error| {
                tracing::warn!(reason = %error, "the database does not answer: {error}");
                "the database does not answer".to_owned()
            })
        })
    }
}
