//! How a service is stopped.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text;

/// Configuration of how long a service that is being stopped waits, and for what.
///
/// The first two are settings; the others have their defaults whatever is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct StopConfig {
    /// How long SIGTERM leaves the service responding as before, while /health/ready already says that it is stopping. Longer
    /// than 0 only helps where a load balancer asks there and sends requests elsewhere.
    #[serde(rename = "delay_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 3600))]
    pub delay: Duration,
    /// How long requests may take to end when the service is stopped.
    #[serde(rename = "timeout_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 3600))]
    pub timeout: Duration,
    /// How long the server goes on accepting: what reached the system before the request to stop is served. Default 50 ms.
    #[serde(skip)]
    pub last_call: Duration,
    /// How long nothing may have happened before the server is stopped. A connection that was just accepted is not counted
    /// before a worker looks at it, and a client that has not heard of the stop may be sending its next request. Default
    /// 200 ms.
    #[serde(skip)]
    pub quiet: Duration,
    /// How often the connections are counted. Default 10 ms.
    #[serde(skip)]
    pub poll_interval: Duration,
    /// How long a connection of the last moment may take to send its request and to read its response. Default 5 s.
    #[serde(skip)]
    pub turned_away_timeout: Duration,
    /// The largest request head that is read from such a connection. Default 16 KiB.
    #[serde(skip)]
    pub turned_away_max_head_bytes: usize,
}

impl Default for StopConfig {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            timeout: Duration::from_secs(30),
            last_call: Duration::from_millis(50),
            quiet: Duration::from_millis(200),
            poll_interval: Duration::from_millis(10),
            turned_away_timeout: Duration::from_secs(5),
            turned_away_max_head_bytes: 16 * 1024,
        }
    }
}
