//! Services and issuers in this process.

mod environment;
mod issuer;
mod kind;
mod live;
mod service;
mod world;

pub use environment::Environment;
pub use issuer::issuer_config;
pub use kind::ServiceKind;
pub use world::World;

pub(crate) use issuer::{ReservedPorts, start_issuer};
pub(crate) use kind::Routes;
pub(crate) use live::LiveProvider;
pub(crate) use service::RunningService;
