//! An API protected by Descope: roles, permissions and scopes from verified tokens.
//!
//! [`Settings`] configures the Descope project; [`server::build`] builds the server; `policies` is the access model on
//! one screen. Everything specific to Descope is in `identity_core::providers::Descope`.

mod banner;
mod members;
mod policies;
mod routes;
pub mod server;
mod settings;
mod users;

pub use banner::banner;
pub use policies::access;
pub use settings::Settings;
