//! Tests whether the database finds the rows of every statement of a service by an index. Feature `testing`.

mod statements;

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{Database, DatabaseConfig, DatabaseKind};
use statements::Statements;

/// The beginning of a statement that may read a whole table or sort, and the reason.
pub type Exception = (&'static str, &'static str);

/// Returns every statement in these sources (a folder) that reads a whole table or sorts, by the plan of the database;
/// empty if there is none. In SQLite, where a plan does not depend on what is in the tables, also each that reads all
/// rows of an organization (those with its `org_id`), and each foreign key whose rows are not found by an index when the
/// row that it refers to is deleted. Also returns each statement that is not a literal, or that the database does not
/// understand, and each exception without need.
///
/// The statements are those in calls of sqlx and all other SQL in string literals, except in tests. Prints each with its
/// plan. Whether an index is a good one is not checked: a search may still find many rows.
///
/// # Errors
///
/// If the sources or the schema cannot be read.
pub async fn plan_faults(
    database: &Database,
    sources: &Path,
    exceptions: &[Exception],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let Statements { found, mut faults } = Statements::of(sources)?;
    let connection = &mut *database.pool().acquire().await?;
    let mut planner = Planner::of(database.kind(), connection).await?;
    let mut exceptions: BTreeMap<_, _> = exceptions.iter().copied().collect();
    let mut excused = Vec::new();
    for sql in &found {
        let (plan, reasons) = match planner.plan(sql).await {
            Ok(plan) => {
                let reasons = planner.faults(&plan).into_iter().map(str::to_owned);
                let reasons: Vec<_> = reasons.collect();
                (plan, reasons)
            }
            Err(error) => (Vec::new(), vec![error.to_string()]),
        };
        print(sql, &plan);
        let exception = exceptions.keys().find(|start| sql.starts_with(**start));
        match (reasons.is_empty(), exception) {
            (true, _) => {}
            (false, Some(exception)) => excused.push(*exception),
            (false, None) => faults.push(format!("{}: {sql}", reasons.join(", "))),
        }
    }
    if database.kind() == DatabaseKind::Postgres {
        // Fewer are faults there.
        exceptions.clear();
    }
    exceptions.retain(|exception, _| !excused.contains(exception));
    faults.extend(
        exceptions
            .keys()
            .map(|exception| format!("an exception without need: {exception}")),
    );
    faults.extend(planner.foreign_key_faults().await?);
    Ok(faults)
}

/// Makes two tests, one for each kind of database, which fail if [`plan_faults`](crate::store::testing::plan_faults) finds a fault in the statements of this
/// crate: with a store that has `open(&DatabaseConfig)` and `database()`, and its exceptions.
#[macro_export]
macro_rules! test_statement_plans {
    ($store:ty, $exceptions:expr) => {
        async fn every_statement_uses_an_index(config: &$crate::store::DatabaseConfig) {
            let store = <$store>::open(config).await.unwrap();
            let sources = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
            let exceptions = &$exceptions;
            let faults = $crate::store::testing::plan_faults(store.database(), sources, exceptions);
            assert_eq!(faults.await.unwrap(), [""; 0]);
        }

        #[tokio::test]
        async fn every_statement_uses_an_index_of_sqlite() {
            let config = $crate::store::DatabaseConfig::at("sqlite::memory:");
            every_statement_uses_an_index(&config).await;
        }

        #[tokio::test]
        #[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
        async fn every_statement_uses_an_index_of_postgres() {
            every_statement_uses_an_index(&$crate::store::testing::postgres_of_tests()).await;
        }
    };
}

/// Returns the configuration of the database of tests that need a PostgreSQL server.
///
/// # Panics
///
/// If the environment does not have `TEST_POSTGRES_URL`.
pub fn postgres_of_tests() -> DatabaseConfig {
    database_of_tests("TEST_POSTGRES_URL")
}

/// Returns the configuration of the database whose address this variable has.
#[expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test that is run with a server says where it is"
)]
pub(super) fn database_of_tests(variable: &str) -> DatabaseConfig {
    let url = std::env::var(variable);
    DatabaseConfig::at(url.expect("the variable has the address of a database"))
}

/// Asks the database for plans.
struct Planner<'c> {
    kind: DatabaseKind,
    connection: &'c mut AnyConnection,
}

impl<'c> Planner<'c> {
    async fn of(
        kind: DatabaseKind,
        connection: &'c mut AnyConnection,
    ) -> Result<Self, sqlx::Error> {
        let mut planner = Self { kind, connection };
        if kind == DatabaseKind::Postgres {
            // The tables are empty, and reading them as a whole would be the best plan.
            for node in ["seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"] {
                planner.rows(format!("SET enable_{node} = off")).await?;
            }
            // Not the plan for these values, which are all NULL.
            let generic = "SET plan_cache_mode = force_generic_plan";
            planner.rows(generic.to_owned()).await?;
        }
        Ok(planner)
    }

    /// Returns the lines of the plan of a statement.
    async fn plan(&mut self, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        if self.kind == DatabaseKind::Sqlite {
            return self.rows(format!("EXPLAIN QUERY PLAN {sql}")).await;
        }
        self.rows(format!("PREPARE planned AS {sql}")).await?;
        let parameters = (1..).take_while(|number| sql.contains(&format!("${number}")));
        let nulls: Vec<_> = parameters.map(|_| "NULL").collect();
        let values = match nulls.is_empty() {
            true => String::new(),
            false => format!("({})", nulls.join(", ")),
        };
        let explain = format!("EXPLAIN (COSTS OFF) EXECUTE planned{values}");
        let plan = self.rows(explain).await?;
        self.rows("DEALLOCATE planned".to_owned()).await?;
        Ok(plan)
    }

    /// Returns the last column of the rows.
    async fn rows(&mut self, sql: String) -> Result<Vec<String>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_all(&mut *self.connection)
            .await?;
        rows.iter().map(|row| row.try_get(row.len() - 1)).collect()
    }

    /// Returns the lines of a plan that read a whole table or sort.
    fn faults<'p>(&self, plan: &'p [String]) -> Vec<&'p str> {
        match self.kind {
            DatabaseKind::Sqlite => sqlite_faults(plan),
            _ => postgres_faults(plan),
        }
    }

    async fn foreign_key_faults(&mut self) -> Result<Vec<String>, sqlx::Error> {
        let mut faults = Vec::new();
        if self.kind != DatabaseKind::Sqlite {
            return Ok(faults);
        }
        let keys = "SELECT m.name || ' ' || group_concat(f.\"from\", ' ') \
                    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
                    WHERE m.type = 'table' GROUP BY m.name, f.id";
        for key in self.rows(keys.to_owned()).await? {
            let (table, columns) = key.split_once(' ').unwrap_or_default();
            let columns: Vec<_> = columns.split(' ').map(|name| format!("{name}=?")).collect();
            let find = format!("SELECT 1 FROM {table} WHERE {}", columns.join(" AND "));
            let plan = self.plan(&find).await?;
            print(&find, &plan);
            let is_found = |line: &String| columns.iter().all(|column| line.contains(column));
            if !plan.iter().any(is_found) {
                faults.push(format!("a foreign key without an index: {find}"));
            }
        }
        Ok(faults)
    }
}

fn sqlite_faults(plan: &[String]) -> Vec<&str> {
    let named = |line: &str, starts: &[&str]| {
        let name = starts.iter().find_map(|start| line.strip_prefix(start));
        name.and_then(|name| name.split(' ').next())
            .map(str::to_owned)
    };
    // The rows of a subquery, which was planned as every other.
    let subqueries: Vec<_> = plan
        .iter()
        .filter_map(|line| named(line, &["CO-ROUTINE ", "MATERIALIZE "]))
        .collect();
    let is_fault = |line: &&str| {
        named(line, &["SCAN "]).is_some_and(|table| !subqueries.contains(&table))
            || line.ends_with("(org_id=?)")
            || line.contains("AUTOMATIC")
            || line.contains("TEMP B-TREE")
    };
    plan.iter().map(String::as_str).filter(is_fault).collect()
}

fn postgres_faults(plan: &[String]) -> Vec<&str> {
    let is_whole_index = |line: &str, next: Option<&String>| {
        let is_index = line.contains("Index Scan") || line.contains("Index Only Scan");
        is_index && !next.is_some_and(|next| next.contains("Index Cond"))
    };
    let lines = plan.iter().enumerate();
    let faults = lines.filter(|(number, line)| {
        line.contains("Seq Scan")
            || line.trim_start_matches([' ', '-', '>']).starts_with("Sort")
                && !line.contains("Sort Key")
            || is_whole_index(line, plan.get(number + 1))
    });
    faults.map(|(_, line)| line.trim()).collect()
}

#[expect(clippy::print_stdout, reason = "the plans are for people to read")]
fn print(sql: &str, plan: &[String]) {
    println!("{sql}");
    plan.iter().for_each(|line| println!("    {line}"));
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
