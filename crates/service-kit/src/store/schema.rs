//! The tables of a service.

use sqlx::migrate::{Migration as SqlxMigration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::DatabaseKind;

/// The tables that a service keeps in its database.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// How the tables came to be, oldest first. What has been released never changes: the database holds a checksum of
    /// the SQL, byte for byte, and refuses to open if it differs.
    pub migrations: &'static [Migration],
    /// A statement that fails if the tables are gone, for the health check.
    pub probe: &'static str,
}

/// One change of the tables.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i64,
    /// What it is about, for the database's own list.
    pub description: &'static str,
    /// The statements, as SQLite reads them: `include_str!` of a file.
    ///
    /// PostgreSQL runs the same text, but for a key that the database counts up: `INTEGER PRIMARY KEY AUTOINCREMENT`
    /// becomes `BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY`.
    pub sql: &'static str,
}

impl Schema {
    /// Returns what brings a database of this kind up to date. It is made without sqlx's `migrate!`, whose feature
    /// `macros` compiles both drivers a second time.
    pub(super) fn migrator(&self, kind: DatabaseKind) -> Migrator {
        let migration = |one: &Migration| {
            SqlxMigration::new(
                one.version,
                one.description.into(),
                MigrationType::Simple,
                // Written by the service's author; nothing in it comes from a request.
                AssertSqlSafe(one.sql_of(kind)).into_sql_str(),
                false,
            )
        };
        Migrator::with_migrations(self.migrations.iter().map(migration).collect())
    }
}

impl Migration {
    fn sql_of(&self, kind: DatabaseKind) -> String {
        match kind {
            DatabaseKind::Sqlite => self.sql.to_owned(),
            DatabaseKind::Postgres => self.sql.replace(
                "INTEGER PRIMARY KEY AUTOINCREMENT",
                "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ),
        }
    }
}
