//! Which database, and how many connections to it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OpenError;
use crate::settings::SettingsReader;

/// Configuration of a [`Database`](super::Database).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DatabaseConfig {
    /// The address, such as `sqlite://data/service.db` or `postgres://user:password@host/name`. No default. The setting is
    /// `DATABASE_URL`.
    #[serde(skip)]
    pub url: String,
    /// The largest number of connections that are open at a time. A SQLite database in memory has one.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_connections: u32,
    /// How long opening the database may take, and later how long a statement waits for a free connection or, in PostgreSQL,
    /// for a lock.
    #[schemars(range(min = 1, max = 3600))]
    pub acquire_timeout_seconds: u64,
}

/// The settings, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Written {
    /// The database: sqlite://path/of/a.db, which is made if it is missing, or postgres://user@host/database. The certificate of
    /// a server on another machine is verified, unless the address sets sslmode.
    #[schemars(extend("x-secret" = true))]
    database_url: String,
    /// The connections.
    database: DatabaseConfig,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            max_connections: 8,
            acquire_timeout_seconds: 5,
        }
    }
}

impl DatabaseConfig {
    /// Returns the defaults, with this address.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    /// Reads `DATABASE_URL` and the table `database`; `defaults` are the service's.
    pub fn read(reader: &mut SettingsReader, defaults: Self) -> Self {
        let written = reader.group(Written {
            database_url: defaults.url.clone(),
            database: defaults,
        });
        if let Err(error) = DatabaseKind::of(&written.database_url) {
            reader.problem(error.to_string());
        }
        Self {
            url: written.database_url,
            ..written.database
        }
    }
}

/// The address may hold a password.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DatabaseConfig")
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout_seconds", &self.acquire_timeout_seconds)
            .finish_non_exhaustive()
    }
}

/// A kind of database, as an address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatabaseKind {
    /// `sqlite:`
    Sqlite,
    /// `postgres:` or `postgresql:`
    Postgres,
}

impl DatabaseKind {
    /// Returns the kind that this address is of. Errors: [`OpenError::UnknownDatabase`].
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(OpenError::UnknownDatabase),
        }
    }

    /// Returns the statement that begins a transaction that writes: SQLite cannot upgrade one from reading to writing
    /// while another one writes.
    pub fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseConfig;
    use crate::settings::{SettingsError, SettingsReader};

    fn read(values: &[(&str, &str)]) -> Result<DatabaseConfig, SettingsError> {
        let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
        let config = DatabaseConfig::read(&mut reader, DatabaseConfig::at("sqlite://data/a.db"));
        reader.finish(Some(config))
    }

    #[test]
    fn debug_shows_no_password_and_missing_fields_have_defaults() {
        let url = "postgres://u:hunter2@h/x";
        let config = read(&[("DATABASE_URL", url), ("DATABASE__MAX_CONNECTIONS", "3")]).unwrap();
        assert_eq!(
            (
                config.url.as_str(),
                config.max_connections,
                config.acquire_timeout_seconds
            ),
            (url, 3, 5)
        );
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(read(&[]).unwrap(), DatabaseConfig::at("sqlite://data/a.db"));
    }

    #[test]
    fn a_pool_of_no_connections_is_refused() {
        let problems = read(&[("DATABASE__MAX_CONNECTIONS", "0")]).unwrap_err();
        assert!(
            problems.to_string().contains(
                "DATABASE__MAX_CONNECTIONS cannot be used: expected a whole number from 1 to 10000"
            ),
            "{problems}"
        );
    }
}
