#![doc = include_str!("../README.md")]

mod app;
mod index;
mod info;
pub mod observe;
pub mod openapi;
pub mod request;
mod resource;
mod routes;
pub mod serve;
mod service;
pub mod settings;
#[cfg(feature = "store")]
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token_info;

pub use info::ServiceInfo;
pub use observe::{Activity, audit, health, metrics, telemetry};
pub use request::{
    AddressRates, ClientAddress, Rate, RateLimitConfig, StoreUrl, StoreUrlError, SubjectRates,
    TrustedProxies, is_late, validate, validate_with,
};
pub use resource::resource_metadata;
pub use routes::{Check, CheckOutcome, Routes};
pub use serve::{
    BindError, BoundServer, HealthcheckError, Reload, Stopping, bind, healthcheck, program,
};
pub use service::Service;
pub use settings::{InputLimits, StopConfig};
pub use token_info::TokenInfo;

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod test_service;
