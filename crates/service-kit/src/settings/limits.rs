//! Limits of what is read of a request, and of how long a connection waits.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// Limits of what a service reads of a request, and of how long a connection waits: a response for its reader, and an idle
/// one for its next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputLimits {
    /// The largest request body that is read.
    #[schemars(range(min = 1, max = 1_073_741_824), extend("x-reload" = "requests"))]
    pub max_body_bytes: usize,
    /// How long a request head may take to arrive: the first of a connection from when it is opened, before the response is
    /// 408, a later one from its first byte, before the connection is closed.
    #[serde(rename = "head_timeout_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 3600))]
    pub head_timeout: Duration,
    /// How long a request body may take to arrive, from when it is first waited for, before the response is 408.
    #[serde(rename = "body_timeout_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 3600), extend("x-reload" = "requests"))]
    pub body_timeout: Duration,
    /// How long a client may read nothing of a response before its connection is closed. Only on Linux, which does it
    /// (TCP_USER_TIMEOUT).
    #[serde(rename = "write_timeout_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 3600))]
    pub write_timeout: Duration,
    /// How long a connection without a request stays open after its last response. Longer than a load balancer keeps its
    /// connections (often 60 s), so that it never sends a request on one that is just being closed.
    #[serde(rename = "keep_alive_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 1, max = 3600))]
    pub keep_alive: Duration,
}

impl Default for InputLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024,
            head_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(75),
        }
    }
}
