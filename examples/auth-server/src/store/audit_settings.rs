//! How much the audit log keeps.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::settings::text;

/// How much the audit log keeps.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct AuditSettings {
    /// How long sign-ins and changes of rights stay on record.
    #[serde(rename = "keep_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 3600, max = 315_360_000))]
    pub keep: Duration,
    /// How long sign-ins, tokens of machine clients and refused attempts that are like an earlier one are counted in that
    /// one's event instead of having their own.
    #[serde(rename = "repeat_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 86_400))]
    pub repeat: Duration,
    /// How many events of one organization stay on record; the oldest are deleted, once an hour.
    #[schemars(range(min = 1000, max = 1_000_000_000))]
    pub max_events: u32,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(365 * 24 * 60 * 60),
            repeat: Duration::from_secs(60 * 60),
            max_events: 1_000_000,
        }
    }
}
