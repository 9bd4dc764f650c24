//! Whether a service is ready, as it says at `/health/ready`.

use serde_json::Value;

use super::exchange::Received;

/// What a service says of itself.
pub(crate) struct Health {
    pub(crate) level: Level,
    /// Its own word, or why there is none.
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

/// How a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Ready,
    /// It serves requests, and something is wrong.
    Degraded,
    NotReady,
}

impl Level {
    /// For the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Ready => "good",
            Self::Degraded => "half",
            Self::NotReady => "bad",
        }
    }
}

/// Reads the response of `/health/ready`.
pub(crate) fn health(received: &Result<Received, String>) -> Health {
    let received = match received {
        Ok(received) => received,
        Err(reason) => {
            return Health {
                level: Level::NotReady,
                status: reason.clone(),
                reason: None,
            };
        }
    };
    let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let member = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let status = member("status").unwrap_or_else(|| received.status.as_u16().to_string());
    Health {
        level: match received.status.is_success() {
            true if status == "degraded" => Level::Degraded,
            true => Level::Ready,
            false => Level::NotReady,
        },
        status,
        reason: member("reason"),
    }
}
