//! Listening, and stopping without losing a request.

mod drain;
mod files;
pub(crate) mod http_server;
mod listen;
pub(crate) mod live;
pub(crate) mod pace;
pub mod program;
mod reload;
mod signal;
pub(crate) mod stopping;
mod turned_away;
mod wait;

#[cfg(test)]
mod slow_clients_tests;

pub(crate) use listen::bind_address;
pub use listen::{BindError, BoundServer, HealthcheckError, bind, healthcheck};
pub use reload::Reload;
pub use stopping::Stopping;
