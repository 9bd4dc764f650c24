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
#[cfg(feature = "testing")]
pub mod testing;
mod token_info;

pub use observe::{Activity, health, metrics, telemetry};
pub use request::{InputLimits, is_late};
pub use serve::{
    BindError, BoundServer, HealthcheckError, StopConfig, Stopping, bind, healthcheck, program,
};
pub use service::{Check, CheckOutcome, Routes, Service, ServiceInfo};
pub use token_info::TokenInfo;

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod test_service;
