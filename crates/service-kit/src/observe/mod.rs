//! Observability: log, audit events, metrics, health and recent callers.

mod activity;
pub mod audit;
pub(crate) mod exporter;
mod filter;
pub mod health;
pub mod metrics;
mod readiness;
mod reloads;
pub(crate) mod status;
pub mod telemetry;
pub(crate) mod trace;

pub use activity::Activity;
pub(crate) use activity::note_caller;
pub(crate) use reloads::{ReloadOutcome, Reloads, awaiting_restart};
pub(crate) use telemetry::note_actor;
