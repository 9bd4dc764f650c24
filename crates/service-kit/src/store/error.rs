//! Errors of opening a database.

use std::time::Duration;

use sqlx::migrate::MigrateError;

/// Why a [`Database`](super::Database) cannot be opened. No message contains the URL, which may contain a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL is not of a supported kind of database.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownDatabase,
    /// The URL names no file.
    #[error("DATABASE_URL must name a file, such as sqlite://data/service.db")]
    NoFile,
    /// The directory of the SQLite file cannot be created.
    #[error(
        "the folder of the database file {path} cannot be made; DATABASE_URL says where the file is"
    )]
    Folder {
        /// The file.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The database server rejects the connection, or has no database of that name.
    #[error("the database of DATABASE_URL cannot be opened")]
    Connect(#[source] sqlx::Error),
    /// A connection pooler does not know a parameter that every connection has.
    #[error(
        "the pooler of DATABASE_URL refuses the connection: its configuration needs ignore_startup_parameters = extra_float_digits, as PgBouncer calls it"
    )]
    StartupParameter(#[source] sqlx::Error),
    /// A connection pooler gives the session of one client to another.
    #[error(
        "the pooler of DATABASE_URL gives one session to several clients, which mixes up their statements: it must be in session mode, which is pool_mode = session in PgBouncer"
    )]
    SharedSessions,
    /// The SQLite file cannot be read or written.
    #[error(
        "the database of DATABASE_URL cannot be opened: this user must be allowed to read and write the file {path} and its folder"
    )]
    File {
        /// The file.
        path: String,
        /// The error of SQLite.
        source: sqlx::Error,
    },
    /// The database server does not respond. It may not be running yet, so the service may be started again.
    #[error(
        "the database of DATABASE_URL cannot be opened: it must be running, and did not answer for {} s",
        .timeout.as_secs()
    )]
    NoResponse {
        /// How long the service waited.
        timeout: Duration,
        /// The error of the driver.
        source: sqlx::Error,
    },
    /// A migration failed.
    #[error("the database of DATABASE_URL cannot be brought up to date")]
    Migrate(#[source] MigrateError),
}
