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
mod tests {
    use std::path::Path;

    use identity_core::clock::UnixTime;
    use service_kit::store::testing::{Exception, plan_faults, postgres_of_tests};
    use service_kit::store::{Database, DatabaseConfig, Schema};
    use sqlx::{Executor, Row};

    use super::sessions::Redeemed;
    use super::{SCHEMA, Store};
    use crate::refresh_token::RefreshToken;
    use crate::tokens::hash_of;

    const A_THOUSAND: &str = "an organization has at most 1,000, for which it is counted";
    const EXCEPTIONS: [Exception; 4] = [
        ("SELECT COUNT(*) FROM clients", A_THOUSAND),
        ("SELECT COUNT(*) FROM permissions", A_THOUSAND),
        ("SELECT COUNT(*) FROM roles", A_THOUSAND),
        (
            "SELECT id, algorithm, state, public_jwk, private_key, retire_at FROM signing_keys",
            "there are a few keys: a previous one is deleted when its tokens have expired",
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

    /// Tokens of an earlier release, stored as it did: they go on, and a used one still ends its session.
    #[tokio::test]
    async fn refresh_tokens_of_earlier_releases_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/auth.db", folder.path().display());
        let config = DatabaseConfig::at(url);
        let earlier = Schema {
            migrations: &SCHEMA.migrations[..2],
            ..SCHEMA
        };
        let earlier = Database::open(&config, &earlier).await.unwrap();
        let insert = "INSERT INTO orgs VALUES ('o', '', '', '', 0, 0);
            INSERT INTO users VALUES ('u', 'o', '', '', '', 0);
            INSERT INTO sessions VALUES ('a', 'o', 'u', '', 0, 1000, NULL), ('b', 'o', 'u', '', 0, 1000, NULL),
                ('revoked', 'o', 'u', '', 0, 1000, 5);";
        earlier.pool().execute(insert).await.unwrap();
        let token = |name: &str| format!("{name:a<43}");
        for (name, session, used_at) in [
            ("a1", "a", Some(1)),
            ("a2", "a", None),
            ("b1", "b", Some(1)),
            ("b2", "b", None),
            ("r1", "revoked", None),
        ] {
            let insert = sqlx::query("INSERT INTO refresh_tokens VALUES ($1, $2, $3)");
            let insert = insert.bind(hash_of(&token(name))).bind(session);
            let insert = insert.bind(used_at.map(i64::from));
            insert.execute(earlier.pool()).await.unwrap();
        }
        drop(earlier);

        let store = Store::open(&config).await.unwrap();
        let redeem = async |token: &RefreshToken, next: &RefreshToken| {
            let mut write = store.write().await.unwrap();
            let now = UnixTime::from_seconds(10.0);
            let redeemed = write.redeem(token, next, now).await.unwrap();
            write.commit().await.unwrap();
            match redeemed {
                Redeemed::Good(session) => format!("good {}", session.id),
                Redeemed::Reused(session) => format!("reused {}", session.id),
                Redeemed::Refused => "refused".to_owned(),
            }
        };
        let a2 = RefreshToken::of(&token("a2"));
        let (a3, a4) = (a2.next().unwrap(), a2.next().unwrap());
        assert_eq!(redeem(&a2, &a3).await, "good a");
        assert_eq!(redeem(&a3, &a4).await, "good a");
        for unknown in [&token("r1"), "", "a2"] {
            assert_eq!(redeem(&RefreshToken::of(unknown), &a4).await, "refused");
        }
        // Used before the release, and since.
        assert_eq!(
            redeem(&RefreshToken::of(&token("b1")), &a4).await,
            "reused b"
        );
        assert_eq!(
            redeem(&RefreshToken::of(&token("b2")), &a4).await,
            "refused"
        );
        assert_eq!(redeem(&a2, &a4).await, "reused a");
        assert_eq!(redeem(&a4, &a4).await, "refused");
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
