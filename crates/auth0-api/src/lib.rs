//! An API behind Auth0: permissions, scopes, and roles from a namespaced claim, on verified tokens.
//!
//! [`Settings`] say which tenant and API; [`server::build`] makes the server; `policies` is the access model on one
//! screen; what is particular to Auth0 is `identity_core::providers::Auth0`.

mod banner;
mod policies;
mod routes;
pub mod server;
mod settings;

pub use banner::banner;
pub use policies::access;
pub use settings::Settings;
