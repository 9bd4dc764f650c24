//! Services and issuers in this process.

mod environment;
mod issuer;
mod live;
mod service;
mod world;

pub use environment::ServiceKind;

pub(crate) use environment::Environment;
pub(crate) use issuer::{ReservedPorts, start_issuer};
pub(crate) use live::LiveProvider;
pub(crate) use service::RunningService;
pub(crate) use world::World;
