//! An API behind Descope: roles, permissions and scopes on verified tokens.
//!
//! [`Settings`] say which project; [`server::build`] makes the server; `policies` is the access model on one screen;
//! `provider` is all that is particular to Descope.

mod banner;
mod policies;
mod provider;
mod routes;
pub mod server;
mod settings;
mod users;

pub use banner::banner;
pub use policies::access;
pub use provider::{Descope, ProjectId};
pub use settings::{DescopeSettings, Settings};
