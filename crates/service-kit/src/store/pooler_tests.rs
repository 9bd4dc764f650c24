//! PgBouncer in front of PostgreSQL, as scripts/postgres-check starts it.

use super::super::testing::{database_of_tests, postgres_of_tests};
use super::super::{Database, DatabaseConfig, Migration, OpenError, Schema};

const SCHEMA: Schema = Schema {
    migrations: &[Migration {
        version: 1,
        description: "marks",
        sql: "CREATE TABLE marks (id TEXT PRIMARY KEY);",
    }],
    probe: "SELECT id FROM marks LIMIT 1",
};

async fn open(config: &DatabaseConfig) -> Result<Database, OpenError> {
    Database::open(config, &SCHEMA).await
}

#[tokio::test]
#[ignore = "needs PgBouncer: TEST_PGBOUNCER_TRANSACTION_URL"]
async fn a_pooler_in_transaction_mode_is_refused_at_every_start() {
    let config = database_of_tests("TEST_PGBOUNCER_TRANSACTION_URL");
    for start in 0..5 {
        let refused = open(&config).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::SharedSessions),
            "{start}: {refused}"
        );
        let told = refused.to_string();
        assert!(told.contains("pool_mode = session"), "{told}");
    }
}

#[tokio::test]
#[ignore = "needs PgBouncer: TEST_PGBOUNCER_DEFAULT_URL"]
async fn a_pooler_that_refuses_a_parameter_is_refused_with_the_remedy() {
    let refused = open(&database_of_tests("TEST_PGBOUNCER_DEFAULT_URL")).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, OpenError::StartupParameter(_)),
        "{refused}"
    );
    let told = refused.to_string();
    assert!(
        told.contains("ignore_startup_parameters = extra_float_digits"),
        "{told}"
    );
}

#[tokio::test]
#[ignore = "needs PgBouncer: TEST_PGBOUNCER_SESSION_URL"]
async fn a_pooler_in_session_mode_is_used_again_and_again() {
    let config = database_of_tests("TEST_PGBOUNCER_SESSION_URL");
    for _ in 0..5 {
        let database = open(&config).await.unwrap();
        let row = sqlx::query("SELECT id FROM marks WHERE id = $1").bind("none");
        let row = row.fetch_optional(database.pool()).await.unwrap();
        assert!(row.is_none());
        database.pool().close().await;
    }
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn a_server_without_a_pooler_is_used_again_and_again() {
    for _ in 0..2 {
        open(&postgres_of_tests()).await.unwrap();
    }
}
