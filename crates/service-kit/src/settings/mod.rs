//! Settings: defaults, then a file, then `.env`, then the environment.

mod issuer;
mod reader;
mod service;
mod sources;

pub use issuer::IssuerSettings;
pub use reader::{Setting, SettingName, SettingsError, SettingsReader};
pub use service::{LogSettings, ServiceSettings, Signals};
