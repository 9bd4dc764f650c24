//! Where audit events go.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where [audit events](crate::audit) go: nowhere by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditSettings {
    /// Whether audit events are written to the log, with the target `audit`. They name callers and the addresses of clients.
    #[serde(rename = "audit_log")]
    #[schemars(extend("x-reload" = "requests"))]
    pub log: bool,
    /// A file that audit events are appended to, one JSON object a line; none if unset. It is made for its owner alone, and
    /// opened again when it was renamed.
    #[serde(rename = "audit_file")]
    pub file: Option<PathBuf>,
    /// How much may wait to be written to AUDIT_FILE; further events are dropped and counted.
    #[serde(rename = "audit_queue_bytes")]
    #[schemars(range(min = 65_536, max = 1_073_741_824))]
    pub queue_bytes: usize,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            log: false,
            file: None,
            queue_bytes: 4 * 1024 * 1024,
        }
    }
}
