//! A database for one test.

use std::path::PathBuf;

use auth_server::EncryptionKey;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// A database that nothing else uses.
pub struct TestDatabase {
    pub url: String,
    pub encryption_key: Option<EncryptionKey>,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A file in its own folder, which is deleted with it.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite://{}/auth.db", folder.path().display()),
            encryption_key: None,
            _folder: Some(folder),
        }
    }

    /// A new database on the server of `TEST_POSTGRES_URL`. It is not deleted: the server is for tests.
    pub async fn postgres() -> Self {
        let server = server();
        sqlx::any::install_default_drivers();
        let name = format!("auth_server_{}", uuid::Uuid::now_v7().simple());
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .unwrap();
        connection.close().await.unwrap();
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        Self {
            url: url.to_string(),
            encryption_key: Some(
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                    .parse()
                    .unwrap(),
            ),
            _folder: None,
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// Makes the database unavailable: moves the file, or makes the server refuse connections.
    pub async fn lose(&self) {
        if let Some(file) = self.file() {
            return std::fs::rename(&file, file.with_extension("lost")).unwrap();
        }
        let name = self.url.rsplit('/').next().unwrap();
        self.administer(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            .await;
        self.administer(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }

    /// Reverts [`lose`](Self::lose).
    pub async fn bring_back(&self) {
        if let Some(file) = self.file() {
            return std::fs::rename(file.with_extension("lost"), &file).unwrap();
        }
        let name = self.url.rsplit('/').next().unwrap();
        self.administer(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            .await;
    }

    /// Returns the path of the file. Returns `None` for PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite://").map(PathBuf::from)
    }

    /// Runs a statement on the server, outside this database.
    async fn administer(&self, statement: String) {
        let server = server();
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Makes every query of a table fail.
    pub async fn break_table(&self, table: &str) {
        self.run(&format!("ALTER TABLE {table} RENAME TO broken_{table}"))
            .await;
    }

    /// Reverts [`break_table`](Self::break_table).
    pub async fn mend_table(&self, table: &str) {
        self.run(&format!("ALTER TABLE broken_{table} RENAME TO {table}"))
            .await;
    }

    /// Runs a statement in the database directly.
    pub async fn run(&self, statement: &str) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Queries the database directly.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        use sqlx::Row;
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let rows = sqlx::query(query).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

fn server() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that is run with a server says where it is"
    )]
    std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL is the address of a database")
}
