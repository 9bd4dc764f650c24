//! Settings: defaults, then a TOML file, then `.env`, then the environment.
//!
//! A group of settings is a plain struct that derives `Deserialize`, `Serialize` (for its defaults) and `JsonSchema`
//! (for its names, descriptions and ranges); [`SettingsReader::group`] fills it. A field is a setting, and a nested
//! struct is a table: `keys.ttl_seconds` in the file is `KEYS__TTL_SECONDS` in the environment.

mod audit;
mod client;
mod docs;
mod document;
mod effect;
mod error;
mod field;
mod hosts;
mod issuer;
mod limits;
mod log;
mod names;
mod reader;
mod record;
mod resource_identifier;
mod sampler;
mod service;
mod sources;
mod stop;
pub mod text;
mod traces;

pub use audit::AuditSettings;
pub use client::ClientSettings;
pub use docs::DocsSettings;
pub use document::faults_of_example;
pub use effect::Effect;
pub use error::SettingsError;
pub use field::{Field, Kind};
pub use issuer::{FetchSettings, IssuerSettings};
pub use limits::InputLimits;
pub use log::{LogFormat, LogSettings};
pub use reader::SettingsReader;
pub use record::SettingsRecord;
pub(crate) use record::{Changes, Record, hash_of};
pub use sampler::{Ratio, Sampler};
pub use service::{ServiceSettings, Signals};
pub use sources::Sources;
pub use stop::StopConfig;
pub use traces::{ExportConfig, TraceSettings};

#[cfg(test)]
mod tests;
