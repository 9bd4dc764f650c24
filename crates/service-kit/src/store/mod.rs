//! The database of a service: SQLite or PostgreSQL, with the same SQL for both. Feature `store`.
//!
//! A service defines a [`Schema`], runs its own statements on [`Database::pool`], and adds the [`Database`] to its
//! health routes as a [`Dependency`](crate::health::Dependency).

mod config;
mod database;
mod error;
mod failure;
mod id;
mod list;
mod outage;
mod owner_only;
mod pooler;
mod postgres_url;
mod schema;
mod sqlite_file;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use config::{DatabaseConfig, DatabaseKind};
pub use database::Database;
pub use error::OpenError;
pub use failure::{api_error, is_unavailable};
pub use id::{ID_PATTERN, is_id};
pub use list::{ListQuery, Listed, Page, RowId, Rows, page_response, read_id, read_limit};
pub use schema::{Migration, Schema};

#[cfg(test)]
mod open_tests;
#[cfg(test)]
mod replicas_tests;
