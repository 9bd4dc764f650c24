//! Limits of what is read of a request.

use std::time::Duration;

/// Limits of what a service reads of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputLimits {
    /// The largest body, in bytes. Default 64 KiB.
    pub max_body_bytes: usize,
    /// How long a body may take to arrive, from when it is first waited for. Default 30 s.
    pub body_timeout: Duration,
}

impl Default for InputLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024,
            body_timeout: Duration::from_secs(30),
        }
    }
}
