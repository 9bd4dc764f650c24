//! The tables of a service.

use sqlx::migrate::{Migration as SqlxMigration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::DatabaseKind;

/// The tables that a service keeps in its database.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The migrations that create the tables, oldest first. Never change a released one: the database stores a checksum
    /// of the SQL, byte for byte, and refuses to open if it differs.
    pub migrations: &'static [Migration],
    /// A statement for the health check, which fails if the tables are gone.
    pub probe: &'static str,
}

/// One migration of the tables.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The version, from 1.
    pub version: i64,
    /// A description for the database's own list of migrations.
    pub description: &'static str,
    /// The statements in SQLite's dialect: `include_str!` of a file.
    ///
    /// PostgreSQL runs the same text, except for an auto-increment key: `INTEGER PRIMARY KEY AUTOINCREMENT` becomes
    /// `BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY`.
    pub sql: &'static str,
}

impl Schema {
    /// Returns the migrator for this kind of database. It is not made with sqlx's `migrate!`, whose feature `macros`
    /// compiles both drivers a second time.
    pub(super) fn migrator(&self, kind: DatabaseKind) -> Migrator {
        let migration = |one: &Migration| {
            SqlxMigration::new(
                one.version,
                one.description.into(),
                MigrationType::Simple,
                // Written by the author of the service; no part comes from a request.
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
