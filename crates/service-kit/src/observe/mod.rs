//! Observability: log, metrics, health and recent callers.

mod activity;
pub(crate) mod exporter;
mod filter;
pub mod health;
pub mod metrics;
pub mod telemetry;
pub(crate) mod trace;

pub use activity::Activity;
pub(crate) use activity::note_caller;
pub(crate) use telemetry::note_actor;
