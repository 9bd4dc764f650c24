//! The store, on SQLite or PostgreSQL with the same SQL for both.
//!
//! Every statement on an organization's data filters by its id.

pub mod audit;
mod audit_settings;
pub mod browsers;
pub mod buckets;
pub mod cleaning;
pub mod clients;
pub mod codes;
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
use std::time::Duration;

use service_kit::store::{Database, DatabaseConfig, DatabaseKind, Migration, OpenError, Schema};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::time::timeout;

use crate::fair_queue::{Tenant, Waiter};
use crate::limits::cores;
use crate::turns::{Turn, Turns};

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
        Migration {
            version: 8,
            description: "authorization codes",
            sql: include_str!("../migrations/0008_authorization_codes.sql"),
        },
        Migration {
            version: 9,
            description: "introspection",
            sql: include_str!("../migrations/0009_introspection.sql"),
        },
    ],
    probe: "SELECT version FROM key_set WHERE id = 1",
};

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    writers: Turns,
    /// Requests that read for long.
    readers: Turns,
    /// Sign-ins that begin.
    beginners: Turns,
    /// How long a writer waits for its turn.
    patience: Duration,
    audit: AuditSettings,
}

/// A write transaction. Rolled back if dropped without [`commit`](Self::commit).
pub struct Write {
    transaction: Transaction<'static, Any>,
    audit: AuditSettings,
    _turn: Turn,
}

/// How many writers, readers, and beginning sign-ins wait at most. A tenant can only be a share of them.
const WAITING: usize = 4096;

type Statement<'q> = Query<'q, Any, AnyArguments>;

impl Store {
    /// Opens the database and runs pending migrations.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, OpenError> {
        let database = Database::open(config, &SCHEMA).await?;
        let connections = usize::try_from(config.max_connections).unwrap_or(usize::MAX);
        let (writers, readers) = match database.kind() {
            // The file has one writer at a time. Writers queue here instead of retrying. Reading takes this machine's
            // processors, and half of them are left for sign-ins.
            DatabaseKind::Sqlite => (1, cores() / 2),
            // Changes of one organization wait for one another in the database, each with a connection. A quarter of
            // them is left for reading.
            _ => (connections - connections / 4, connections / 2),
        };
        Ok(Self {
            database,
            writers: Turns::new(writers, WAITING),
            readers: Turns::new(readers.max(1), WAITING),
            beginners: Turns::new((connections / 2).max(1), WAITING),
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

    /// Begins a write transaction of the server itself, as [`write_for`](Self::write_for).
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        let waiter = Waiter {
            tenant: Tenant::Server,
            network: None,
        };
        self.write_for(waiter).await
    }

    /// Begins a write transaction when it is the turn of `waiter`. Errors: [`sqlx::Error::PoolTimedOut`] if that is not
    /// within `DATABASE__ACQUIRE_TIMEOUT_SECONDS`, or too many writers of its tenant are waiting, as if it had waited
    /// for a connection.
    pub async fn write_for(&self, waiter: Waiter) -> Result<Write, sqlx::Error> {
        let turn = self.turn(&self.writers, waiter).await?;
        let begin = self.database.kind().begin_write();
        Ok(Write {
            transaction: self.database.noted(self.pool().begin_with(begin).await)?,
            audit: self.audit,
            _turn: turn,
        })
    }

    /// Waits for the turn of `waiter` to read for long, at most on half of the processors, or of the connections to
    /// PostgreSQL. Errors: as in [`write_for`](Self::write_for).
    pub async fn read_for(&self, waiter: Waiter) -> Result<Turn, sqlx::Error> {
        self.turn(&self.readers, waiter).await
    }

    /// Waits for the turn of `waiter` to begin a sign-in, with its first statement, on at most half of the connections. The
    /// statements that follow do not queue behind those who come, so a sign-in waits for a flood once, not once for each
    /// statement. Errors: as in [`write_for`](Self::write_for).
    pub async fn begin_sign_in(&self, waiter: Waiter) -> Result<Turn, sqlx::Error> {
        self.turn(&self.beginners, waiter).await
    }

    async fn turn(&self, turns: &Turns, waiter: Waiter) -> Result<Turn, sqlx::Error> {
        self.database.after_outage().await?;
        let turn = timeout(self.patience, turns.take(waiter)).await;
        let turn = turn.ok().and_then(Result::ok);
        turn.ok_or(sqlx::Error::PoolTimedOut)
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
