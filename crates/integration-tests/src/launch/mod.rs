//! Services and issuers in this process.

mod build;
mod environment;
mod issuer;
mod live;
mod service;
mod world;

pub use environment::Environment;
pub use issuer::{BILLING_PERSONAS, ReservedPorts, issuer_config, personas, start_issuer};
pub use world::World;

pub(crate) use environment::AUTH0_DOMAIN;
pub(crate) use live::LiveProvider;
pub(crate) use service::RunningService;
