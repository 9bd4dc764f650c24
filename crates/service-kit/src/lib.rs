//! How a service of this workspace runs: its settings, its server, what is done for every request, what is observed of
//! it, and its OpenAPI document.
//!
//! Who may call is decided in `identity-actix`; nothing in this crate lets a request in.

pub mod observe;
pub mod openapi;
pub mod request;
pub mod serve;
mod service;
pub mod settings;
#[cfg(feature = "store")]
pub mod store;
mod token_info;

pub use observe::{Activity, health, metrics, note_caller, telemetry};
pub use request::{
    InputLimits, around_cors, around_routes, cors, is_late, validate, validate_with,
};
pub use serve::{BindError, BoundServer, HealthcheckError, Stopping, bind, healthcheck, program};
pub use service::{Service, ServiceName};
pub use token_info::TokenInfo;

#[cfg(test)]
mod http_tests;
