//! An API behind Descope: roles, permissions and scopes on verified tokens.
//!
//! [`Settings`] say which project; [`server::build`] makes the server; `policies` is the access model on one screen;
//! What is particular to Descope is `identity_core::providers::Descope`.

mod banner;
mod policies;
mod routes;
pub mod server;
mod settings;
mod users;

pub use banner::banner;
pub use policies::access;
pub use settings::Settings;
