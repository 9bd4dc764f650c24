//! What is seen of a service: its log, its metrics, its health and who called it lately.

mod activity;
pub(crate) mod exporter;
pub mod health;
pub mod metrics;
pub mod telemetry;

pub use activity::Activity;
pub(crate) use activity::note_caller;
