//! Several replicas that start at the same time on one PostgreSQL database.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use url::Url;
use uuid::Uuid;

use super::testing::postgres_of_tests;
use super::{Database, DatabaseConfig, Migration, Schema};

/// Neither statement can run twice.
const SCHEMA: Schema = Schema {
    migrations: &[
        Migration {
            version: 1,
            description: "notes",
            sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);",
        },
        Migration {
            version: 2,
            description: "a column, and a row",
            sql: "ALTER TABLE notes ADD COLUMN a TEXT; INSERT INTO notes (text) VALUES ('once');",
        },
    ],
    probe: "SELECT id FROM notes LIMIT 1",
};

/// Returns the address of a new database on the server of the tests. It is not deleted: the server is for tests.
async fn new_database() -> String {
    sqlx::any::install_default_drivers();
    let server = postgres_of_tests().url;
    let name = format!("replicas_{}", Uuid::new_v4().simple());
    let mut connection = AnyConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    connection.execute(create).await.unwrap();
    connection.close().await.unwrap();
    let mut url: Url = server.parse().unwrap();
    url.set_path(&name);
    url.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn replicas_that_start_at_once_migrate_a_database_once() {
    for round in 0..5 {
        let config = DatabaseConfig::at(new_database().await);
        let starts = [(); 4].map(|()| {
            let config = config.clone();
            tokio::spawn(async move { Database::open(&config, &SCHEMA).await })
        });
        for start in starts {
            let database = start.await.unwrap().unwrap_or_else(|error| {
                panic!("round {round}: {:#}", anyhow::Error::from(error));
            });
            let count = sqlx::query_scalar("SELECT COUNT(*) FROM notes WHERE text = 'once'");
            let count: i64 = count.fetch_one(database.pool()).await.unwrap();
            assert_eq!(count, 1, "round {round}");
            database.pool().close().await;
        }
    }
}
