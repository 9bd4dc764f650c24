//! Tests of the check of plans itself.

use std::fs;

use tempfile::tempdir;

use super::{Exception, plan_faults, postgres_of_tests};
use crate::store::{Database, DatabaseConfig, Migration, Schema};

const SCHEMA: Schema = Schema {
    migrations: &[Migration {
        version: 1,
        description: "planned",
        sql: "CREATE TABLE planned_parents (id BIGINT PRIMARY KEY, name TEXT NOT NULL);
              CREATE TABLE planned_children (id BIGINT PRIMARY KEY, parent BIGINT REFERENCES planned_parents (id));
              CREATE TABLE planned_members (org_id TEXT, id TEXT, name TEXT, PRIMARY KEY (org_id, id));",
    }],
    probe: "SELECT id FROM planned_parents WHERE id = 1",
};

/// Returns the faults of a service with this source file.
async fn faults(config: &DatabaseConfig, source: &str, exceptions: &[Exception]) -> Vec<String> {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("store")).unwrap();
    fs::write(folder.path().join("store/rows.rs"), source).unwrap();
    fs::write(
        folder.path().join("rows_tests.rs"),
        r#"const OF_A_TEST: &str = "SELECT 1 FROM nowhere";"#,
    )
    .unwrap();
    let database = Database::open(config, &SCHEMA).await.unwrap();
    plan_faults(&database, folder.path(), exceptions)
        .await
        .unwrap()
}

const GOOD: &str = r#"
    /// "SELECT" in words.
    fn good() {
        sqlx::query("SELECT name FROM planned_parents \
                     WHERE id = $1");
        sqlx::query_as::<_, (i64,)>("UPDATE planned_parents SET name = $1 WHERE id = $2 RETURNING id");
        const ELSEWHERE: &str = "DELETE FROM planned_children WHERE id = $1";
        url.query();
    }
    #[cfg(test)]
    mod tests { fn any() { sqlx::query(text); } }
"#;
const SCAN: &str = "SELECT id FROM planned_parents WHERE name = $1";
const FOREIGN_KEY: &str =
    "a foreign key without an index: SELECT 1 FROM planned_children WHERE parent=?";

async fn scans_and_sorts_are_found(config: &DatabaseConfig) {
    let sqlite = config.url.starts_with("sqlite");
    let foreign_key: Vec<_> = sqlite
        .then_some(FOREIGN_KEY.to_owned())
        .into_iter()
        .collect();
    assert_eq!(faults(config, GOOD, &[]).await, foreign_key);
    for sql in [
        SCAN,
        "SELECT id FROM planned_parents WHERE id > $1 ORDER BY name",
        "DELETE FROM planned_children WHERE parent = $1",
        "SELECT COUNT(*) FROM planned_parents",
        "SELECT p.name FROM planned_children c JOIN planned_parents p ON p.id = c.parent",
    ] {
        let source = format!("{GOOD} fn bad() {{ sqlx::query_scalar({sql:?}); }}");
        let found = faults(config, &source, &[]).await;
        assert_eq!(found.len(), 1 + foreign_key.len(), "{sql}: {found:?}");
        assert!(found[0].ends_with(sql), "{found:?}");
        let excused = faults(config, &source, &[(sql, "a test")]).await;
        assert_eq!(excused, foreign_key);
    }
}

#[tokio::test]
async fn in_sqlite_all_rows_of_an_organization_are_too_many() {
    let config = DatabaseConfig::at("sqlite::memory:");
    let sql = "SELECT id FROM planned_members WHERE org_id = $1 AND name = $2";
    let found = faults(&config, &format!("fn f() {{ sqlx::query({sql:?}) }}"), &[]).await;
    assert!(found[0].ends_with(sql), "{found:?}");
}

#[tokio::test]
async fn an_exception_without_need_is_a_fault() {
    let config = DatabaseConfig::at("sqlite::memory:");
    let found = faults(&config, GOOD, &[(SCAN, "a test")]).await;
    assert_eq!(found[0], format!("an exception without need: {SCAN}"));
}

#[tokio::test]
async fn scans_and_sorts_are_found_in_sqlite() {
    scans_and_sorts_are_found(&DatabaseConfig::at("sqlite::memory:")).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn scans_and_sorts_are_found_in_postgres() {
    scans_and_sorts_are_found(&postgres_of_tests()).await;
}

#[tokio::test]
async fn a_statement_that_cannot_be_seen_is_a_fault() {
    for source in [
        "fn f() { sqlx::query(statement); }",
        "fn f() { sqlx::query_as::<_, (String,)>(&statement) }",
        "fn f() { query_scalar(concat!(\"SELECT 1\", \"\")) }",
        "fn f() { connection.execute(AssertSqlSafe(statement)) }",
    ] {
        let source = format!("{GOOD} {source}");
        let config = DatabaseConfig::at("sqlite::memory:");
        let found = faults(&config, &source, &[]).await;
        assert!(found[0].contains("rows.rs: "), "{source}: {found:?}");
    }
    let config = DatabaseConfig::at("sqlite::memory:");
    let found = faults(&config, "fn f() {}", &[]).await;
    assert_eq!(found[0], "there are no statements");
}
