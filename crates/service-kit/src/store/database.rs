//! Opening a database and migrating its tables.

use std::future::ready;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor};
use tokio::time::timeout;

use super::failure::is_unavailable;
use super::outage::Outage;
use super::pooler::{is_unknown_parameter, refuse_shared_sessions};
use super::postgres_url::with_verified_server;
use super::sqlite_file::SqliteFile;
use super::{DatabaseConfig, DatabaseKind, OpenError, Schema};
use crate::health::{Dependency, DependencyCheck};
use crate::metrics::{DATABASE_CONNECTIONS, DATABASE_CONNECTIONS_MAX};
#[cfg(feature = "otlp")]
use crate::observe::trace;

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: AnyPool,
    kind: DatabaseKind,
    file: Option<PathBuf>,
    probe: &'static str,
    outage: Arc<Outage>,
}

impl Database {
    /// Opens the database and runs the pending migrations. Creates a missing SQLite file and its directory, for
    /// their owner alone. A PostgreSQL server on another machine must have a valid certificate for its name
    /// (`sslmode=verify-full`), unless the URL sets `sslmode`. A connection pooler in front of it must be in session mode.
    pub async fn open(config: &DatabaseConfig, schema: &Schema) -> Result<Self, OpenError> {
        let timeout = Duration::from_secs(config.acquire_timeout_seconds);
        Self::open_within(config, schema, timeout).await
    }

    pub(super) async fn open_within(
        config: &DatabaseConfig,
        schema: &Schema,
        timeout: Duration,
    ) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let kind = DatabaseKind::of(&config.url)?;
        #[cfg(feature = "otlp")]
        trace::database_is(match kind {
            DatabaseKind::Sqlite => "sqlite",
            DatabaseKind::Postgres => "postgresql",
        });
        let options = AnyPoolOptions::new()
            .acquire_timeout(timeout)
            .max_connections(config.max_connections)
            // If the database itself ends a transaction, as SQLite does on a full disk, sqlx goes on counting it, and
            // every later transaction of the connection fails. The ping before this has run any pending rollback. A
            // database in memory is lost with its only connection.
            .before_acquire(|connection, _| {
                let is_usable = !connection.is_in_transaction();
                Box::pin(ready(Ok(is_usable)))
            });
        let (pool, file) = match kind {
            DatabaseKind::Postgres => (open_postgres(options, &config.url, schema).await?, None),
            DatabaseKind::Sqlite => {
                let (pool, file) = open_sqlite(options, &config.url).await?;
                migrate_sqlite(&pool, schema).await?;
                (pool, file)
            }
        };
        Ok(Self {
            pool,
            kind,
            file,
            probe: schema.probe,
            outage: Arc::default(),
        })
    }

    /// Returns the connection pool, for the service's own statements.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Returns the kind of database.
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// Waits for the end of an outage that [`noted`](Self::noted) has begun, at most half a second. Returns at once if there is
    /// none, so a request that begins with it is refused soon while PostgreSQL is gone, and few requests wait when it is back.
    ///
    /// Errors: [`sqlx::Error::PoolTimedOut`] if the outage goes on.
    pub async fn after_outage(&self) -> Result<(), sqlx::Error> {
        match self.outage.is_over().await {
            true => Ok(()),
            false => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Returns the outcome of a statement. If it says that the database is out of reach, and a new connection to PostgreSQL
    /// fails too, an outage begins, which ends when a connection succeeds.
    pub fn noted<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if self.kind == DatabaseKind::Postgres
            && let Err(error) = &outcome
            && is_unavailable(error)
        {
            let options = self.pool.connect_options();
            self.outage.check(move || {
                let options = Arc::clone(&options);
                async move { AnyConnection::connect_with(&options).await.is_ok() }
            });
        }
        outcome
    }

    /// Reads from the tables, in a transaction: a connection may respond that can begin none. It is not one that writes,
    /// because everybody may ask whether a service is ready, and SQLite has one writer.
    async fn read(&self) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin_with("BEGIN").await?;
        sqlx::query(self.probe).execute(&mut *transaction).await?;
        transaction.rollback().await
    }

    fn show_connections(&self) {
        let idle = self.pool.num_idle();
        let used = usize::try_from(self.pool.size()).map_or(0, |size| size.saturating_sub(idle));
        for (state, count) in [("idle", idle), ("used", used)] {
            gauge!(DATABASE_CONNECTIONS, "state" => state).set(count as f64);
        }
        let max = self.pool.options().get_max_connections();
        gauge!(DATABASE_CONNECTIONS_MAX).set(f64::from(max));
    }

    /// Returns the path of the SQLite file. Returns `None` for a database in memory and for PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

async fn open_postgres(
    options: AnyPoolOptions,
    url: &str,
    schema: &Schema,
) -> Result<AnyPool, OpenError> {
    let url = with_verified_server(url);
    refuse_shared_sessions(&options, &url).await?;
    // Without a limit for locks: another process may migrate for longer than a request may wait.
    let migrating = connect(options.clone().max_connections(1), &url).await?;
    let migrator = schema.migrator(DatabaseKind::Postgres);
    migrator.run(&migrating).await.map_err(OpenError::Migrate)?;
    migrating.close().await;
    connect(waiting_for_locks(options), &url).await
}

/// Limits how long a statement waits for a lock that another transaction holds: PostgreSQL has no limit otherwise, and
/// SQLite has one of its own (five seconds, for its one writer).
fn waiting_for_locks(options: AnyPoolOptions) -> AnyPoolOptions {
    let patience = options.get_acquire_timeout();
    options.after_connect(move |connection, _| {
        // It is made of a number alone.
        let set = AssertSqlSafe(format!("SET lock_timeout = {}", patience.as_millis()));
        Box::pin(async move { connection.execute(set).await.map(drop) })
    })
}

/// Runs the pending migrations. There is no lock for them in SQLite: if two processes migrate the same file at the same
/// time, one fails where the other one was first, and finds those tables when it tries again.
async fn migrate_sqlite(pool: &AnyPool, schema: &Schema) -> Result<(), OpenError> {
    let migrator = schema.migrator(DatabaseKind::Sqlite);
    for _ in schema.migrations {
        if migrator.run(pool).await.is_ok() {
            return Ok(());
        }
    }
    migrator.run(pool).await.map_err(OpenError::Migrate)
}

async fn open_sqlite(
    options: AnyPoolOptions,
    url: &str,
) -> Result<(AnyPool, Option<PathBuf>), OpenError> {
    let file = SqliteFile::at(url)?;
    let options = match &file.path {
        Some(path) => {
            let unusable = |source| OpenError::File {
                path: path.display().to_string(),
                source,
            };
            file.let_readers_not_wait(options.get_acquire_timeout())
                .await
                .map_err(unusable)?;
            options
        }
        // Each connection to memory has its own database, which is dropped with the connection.
        None => options
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None),
    };
    Ok((connect(options, &file.url).await?, file.path))
}

pub(super) async fn connect(options: AnyPoolOptions, url: &str) -> Result<AnyPool, OpenError> {
    let patience = options.get_acquire_timeout();
    match options.connect(url).await {
        Ok(pool) => Ok(pool),
        // The pool only reports its timeout: a direct connection shows the cause.
        Err(nothing @ sqlx::Error::PoolTimedOut) => {
            let cause = timeout(patience, AnyConnection::connect(url)).await;
            Err(OpenError::NoResponse {
                timeout: patience,
                source: cause.ok().and_then(Result::err).unwrap_or(nothing),
            })
        }
        Err(error) if is_unknown_parameter(&error) => Err(OpenError::StartupParameter(error)),
        Err(error) => Err(OpenError::Connect(error)),
    }
}

impl Dependency for Database {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async {
            self.show_connections();
            // Data written to a deleted file is lost with the process.
            if self.file.as_ref().is_some_and(|file| !file.exists()) {
                return Err("the file of the database is gone".to_owned());
            }
            // The database's own message may contain hosts and users: it goes to the log only.
            self.read().await.map_err(|error| {
                tracing::warn!(reason = %error, "the database does not answer: {error}");
                "the database does not answer".to_owned()
            })
        })
    }
}
