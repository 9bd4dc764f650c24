//! The store, on SQLite or PostgreSQL with the same SQL for both.
//!
//! Every statement on an organization's data filters by its id.

pub mod audit;
mod audit_settings;
pub mod buckets;
pub mod cleaning;
pub mod clients;
pub mod familiar;
pub mod keys;
pub mod lists;
pub mod orgs;
pub mod permissions;
mod repeats;
pub mod rights;
pub mod roles;
pub mod sessions;
pub mod taken;
pub mod users;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use service_kit::store::{Database, DatabaseConfig, DatabaseKind, Migration, OpenError, Schema};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub use audit_settings::AuditSettings;

const SCHEMA: Schema = Schema {
    migrations: &[
        Migration {
            version: 1,
            description: "auth server",
            sql: include_str!("../migrations/0001_auth_server.sql"),
        },
        Migration {
            version: 2,
            description: "audit details",
            sql: include_str!("../migrations/0002_audit_details.sql"),
        },
        Migration {
            version: 3,
            description: "lists",
            sql: include_str!("../migrations/0003_lists.sql"),
        },
        Migration {
            version: 4,
            description: "bounded records",
            sql: include_str!("../migrations/0004_bounded_records.sql"),
        },
        Migration {
            version: 5,
            description: "familiar networks",
            sql: include_str!("../migrations/0005_familiar_networks.sql"),
        },
        Migration {
            version: 6,
            description: "throttle buckets",
            sql: include_str!("../migrations/0006_throttle_buckets.sql"),
        },
        Migration {
            version: 7,
            description: "refresh grace",
            sql: include_str!("../migrations/0007_refresh_grace.sql"),
        },
    ],
    probe: "SELECT version FROM key_set WHERE id = 1",
};

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    writers: Arc<Semaphore>,
    /// How long a writer waits for its turn.
    patience: Duration,
    audit: AuditSettings,
}

/// A write transaction. Rolled back if dropped without [`commit`](Self::commit).
pub struct Write {
    transaction: Transaction<'static, Any>,
    audit: AuditSettings,
    _turn: Option<OwnedSemaphorePermit>,
}

type Statement<'q> = Query<'q, Any, AnyArguments>;

impl Store {
    /// Opens the database and runs pending migrations.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, OpenError> {
        let database = Database::open(config, &SCHEMA).await?;
        let writers = match database.kind() {
            // The file has one writer at a time. Writers queue here in order instead of retrying.
            DatabaseKind::Sqlite => 1,
            _ => Semaphore::MAX_PERMITS,
        };
        Ok(Self {
            database,
            writers: Arc::new(Semaphore::new(writers)),
            patience: Duration::from_secs(config.acquire_timeout_seconds),
            audit: AuditSettings::default(),
        })
    }

    /// Returns the same store with this configuration of the audit log.
    pub fn with_audit(self, audit: AuditSettings) -> Self {
        Self { audit, ..self }
    }

    /// Returns the underlying database, for the health check.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the folder of the SQLite file; `None` if there is no file.
    pub fn folder(&self) -> Option<&Path> {
        self.database.file().and_then(Path::parent)
    }

    /// Returns whether the database is in memory, lost when the process ends.
    pub fn is_in_memory(&self) -> bool {
        self.database.kind() == DatabaseKind::Sqlite && self.database.file().is_none()
    }

    /// Begins a write transaction. Errors: [`sqlx::Error::PoolTimedOut`] if its turn does not come within
    /// `DATABASE__ACQUIRE_TIMEOUT_SECONDS`, as if it had waited for a connection.
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        let turn = timeout(self.patience, Arc::clone(&self.writers).acquire_owned()).await;
        // The semaphore is never closed.
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?.ok();
        Ok(Write {
            transaction: self
                .database
                .pool()
                .begin_with(self.database.kind().begin_write())
                .await?,
            audit: self.audit,
            _turn: turn,
        })
    }

    fn pool(&self) -> &AnyPool {
        self.database.pool()
    }
}

impl Write {
    /// Commits the transaction.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }

    /// Executes a statement.
    async fn execute(&mut self, statement: Statement<'_>) -> Result<(), sqlx::Error> {
        self.changed(statement).await.map(drop)
    }

    /// Executes a statement. Returns the number of rows that it changed.
    async fn changed(&mut self, statement: Statement<'_>) -> Result<u64, sqlx::Error> {
        let done = statement.execute(self.connection()).await?;
        Ok(done.rows_affected())
    }

    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
