//! What the log shows and how.

use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// What the log shows and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogSettings {
    /// Which log lines are written, by level and module, such as info,identity_actix=debug.
    #[serde(rename = "rust_log")]
    #[schemars(extend("x-reload" = "log"))]
    pub filter: String,
    /// How log lines look: human or json.
    #[serde(rename = "log_format", deserialize_with = "text::deserialize")]
    #[schemars(with = "String")]
    pub format: LogFormat,
    /// The `.env` that the settings come from, which the first line of the log names. Not read from anywhere.
    #[serde(skip)]
    pub dotenv: Option<PathBuf>,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Human,
            dotenv: None,
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line, for programs.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("expected human or json".to_owned()),
        }
    }
}
