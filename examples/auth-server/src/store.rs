//! The store, on SQLite or PostgreSQL with the same SQL for both.
//!
//! Every statement on an organization's data filters by its id.

pub mod audit;
pub mod cleaning;
pub mod clients;
pub mod keys;
pub mod lists;
pub mod orgs;
pub mod permissions;
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
}

/// A write transaction. Rolled back if dropped without [`commit`](Self::commit).
pub struct Write {
    transaction: Transaction<'static, Any>,
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
        })
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
mod tests {
    use std::path::Path;

    use service_kit::store::DatabaseConfig;
    use service_kit::store::testing::{Exception, plan_faults, postgres_of_tests};
    use sqlx::Row;

    use super::Store;

    const A_THOUSAND: &str = "an organization has at most 1,000, for which it is counted";
    const EXCEPTIONS: [Exception; 5] = [
        ("SELECT COUNT(*) FROM clients", A_THOUSAND),
        ("SELECT COUNT(*) FROM permissions", A_THOUSAND),
        ("SELECT COUNT(*) FROM roles", A_THOUSAND),
        (
            "SELECT id, algorithm, state, public_jwk, private_key, retire_at FROM signing_keys",
            "there are a few keys: a previous one is deleted when its tokens have expired",
        ),
        (
            "SELECT users.username, events.address",
            "reads the audit log from its end, as many events as the caller asks for, and no further",
        ),
    ];

    async fn every_statement_uses_an_index(config: &DatabaseConfig) {
        let store = Store::open(config).await.unwrap();
        let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let faults = plan_faults(store.database(), sources, &EXCEPTIONS).await;
        assert_eq!(faults.unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn every_statement_uses_an_index_of_sqlite() {
        every_statement_uses_an_index(&DatabaseConfig::at("sqlite::memory:")).await;
    }

    #[tokio::test]
    #[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
    async fn every_statement_uses_an_index_of_postgres() {
        every_statement_uses_an_index(&postgres_of_tests()).await;
    }

    #[tokio::test]
    async fn databases_of_earlier_releases_open() {
        let store = Store::open(&DatabaseConfig::at("sqlite::memory:"))
            .await
            .unwrap();
        let select =
            sqlx::query("SELECT lower(hex(checksum)) FROM _sqlx_migrations WHERE version = 1");
        let row = select.fetch_one(store.pool()).await.unwrap();
        assert_eq!(
            row.get::<String, _>(0),
            "bd32acffba8bb0b4f8fbdedbf36a3834edfbf22060837c083fc857049a77dfb8733b4e26a76c0b62fdfb722d4f7ff978"
        );
    }

    #[tokio::test]
    async fn a_writer_does_not_wait_for_ever_for_its_turn() {
        let config = DatabaseConfig {
            acquire_timeout_seconds: 1,
            ..DatabaseConfig::at("sqlite::memory:")
        };
        let store = Store::open(&config).await.unwrap();
        let first = store.write().await.unwrap();
        let second = store.write().await.err().unwrap();
        assert!(matches!(second, sqlx::Error::PoolTimedOut), "{second}");
        first.commit().await.unwrap();
        store.write().await.unwrap().commit().await.unwrap();
    }
}
