//! An API protected by Auth0: scopes, permissions, and roles from a namespaced claim, from verified tokens.
//!
//! [`Settings`] configures the Auth0 tenant and API; [`server::build`] builds the server; `policies` is the access
//! model on one screen. Everything specific to Auth0 is in `identity_core::providers::Auth0`.

mod banner;
mod policies;
mod routes;
pub mod server;
mod settings;

pub use banner::banner;
pub use policies::access;
pub use settings::Settings;
