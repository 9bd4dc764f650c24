//! An API behind Auth0: permissions, scopes, and roles from a namespaced claim, on verified tokens.
//!
//! [`Settings`] say which tenant and API; [`server::build`] makes the server; `policies` is the access model on one
//! screen; `provider` is all that is particular to Auth0.

mod banner;
mod policies;
mod provider;
mod routes;
pub mod server;
mod settings;

pub use banner::banner;
pub use policies::access;
pub use provider::{Auth0, Domain};
pub use settings::{Auth0Settings, Settings};
