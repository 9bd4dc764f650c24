//! Which database, and how many connections to it.

use std::fmt;

use serde::Deserialize;

use super::OpenError;

/// Configuration of a [`Database`](super::Database).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DatabaseConfig {
    /// The address, such as `sqlite://data/service.db` or `postgres://user:password@host/name`. No default.
    pub url: String,
    /// The largest number of connections that are open at a time. Default 8. A SQLite database in memory has one.
    pub max_connections: u32,
    /// How long opening may take, and later how long a statement waits for a free connection, in seconds. Default 5.
    pub acquire_timeout_seconds: u64,
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
}

#[cfg(test)]
mod tests {
    use super::DatabaseConfig;

    #[test]
    fn debug_shows_no_password_and_missing_fields_have_defaults() {
        let config: DatabaseConfig =
            serde_json::from_str(r#"{"url": "postgres://u:hunter2@h/x", "max_connections": 3}"#)
                .unwrap();
        assert_eq!(
            (config.max_connections, config.acquire_timeout_seconds),
            (3, 5)
        );
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
