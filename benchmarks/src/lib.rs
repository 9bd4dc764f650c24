//! What load and resilience share: the programs that are measured, and connections to them.

mod connection;
mod process;

pub use connection::{Connection, Reply, get, request};
pub use process::{Process, load_averages, settings};

/// A route that needs a token, at every server.
pub const PRIVATE: &str = "/api/private";
/// A route that needs none, at every server.
pub const PUBLIC: &str = "/api/public";
