//! Why a database cannot be opened.

use std::time::Duration;

use sqlx::migrate::MigrateError;

/// Why a [`Database`](super::Database) cannot be opened. No message holds the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is of no known kind of database.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The address names no file.
    #[error("DATABASE_URL must name a file, such as sqlite://data/service.db")]
    NoFile,
    /// The folder of the SQLite file cannot be made.
    #[error(
        "the folder of the database file {path} cannot be made; DATABASE_URL says where the file is"
    )]
    Folder {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database server refuses, or it has no database of that name.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[source] sqlx::Error),
    /// The SQLite file cannot be read or written.
    #[error(
        "the database of DATABASE_URL cannot be opened: this user must be allowed to read and write the file {path} and its folder"
    )]
    File {
        /// The file.
        path: String,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// The database server does not respond: perhaps not yet, so the service may be started again.
    #[error(
        "the database of DATABASE_URL cannot be opened: it must be running, and did not answer for {} s",
        .timeout.as_secs()
    )]
    NoResponse {
        /// How long it was waited for.
        timeout: Duration,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The tables cannot be made.
    #[error("the database of DATABASE_URL cannot be brought up to date")]
    Migrate(#[source] MigrateError),
}
