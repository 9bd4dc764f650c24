//! Settings: defaults, then a TOML file, then `.env`, then the environment.
//!
//! A group of settings is a plain struct that derives `Deserialize`, `Serialize` (for its defaults) and `JsonSchema`
//! (for its names, descriptions and ranges); [`SettingsReader::group`] fills it. A field is a setting, and a nested
//! struct is a table: `keys.ttl_seconds` in the file is `KEYS__TTL_SECONDS` in the environment.

mod client;
mod docs;
mod document;
mod field;
mod issuer;
mod limits;
mod log;
mod names;
mod reader;
mod resource_identifier;
mod service;
mod sources;
mod stop;
pub mod text;

pub use client::ClientSettings;
pub use docs::DocsSettings;
pub use document::faults_of_example;
pub use field::{Field, Kind};
pub use issuer::{FetchSettings, IssuerSettings};
pub use limits::InputLimits;
pub use log::{LogFormat, LogSettings};
pub use reader::{SettingsError, SettingsReader};
pub use service::{ServiceSettings, Signals};
pub use sources::Sources;
pub use stop::StopConfig;

#[cfg(test)]
mod tests;
