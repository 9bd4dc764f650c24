//! What a changed setting changes in a running service.

use serde_json::Value as Json;

/// What a running service does with a changed value of a setting: `x-reload` in the schema of the setting, or of its group,
/// says it. Without, a change needs a restart, so that a new setting is never ignored silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It goes on with the old value: the change needs a restart.
    Restart,
    /// `log`: the log has another filter.
    Log,
    /// `requests`: requests are handled in another way, by their authentication and their routes as before.
    Requests,
    /// `tokens`: other tokens are accepted. None that was verified before is accepted without being verified again.
    Tokens,
    /// `issuer`: as `tokens`, and keys are fetched again, because they are fetched in another way.
    Issuer,
}

impl Effect {
    /// Returns the effect that this schema says, if it says one. An unknown word is a restart.
    pub(super) fn of(schema: &Json) -> Option<Self> {
        Some(match schema.get("x-reload")?.as_str() {
            Some("log") => Self::Log,
            Some("requests") => Self::Requests,
            Some("tokens") => Self::Tokens,
            Some("issuer") => Self::Issuer,
            _ => Self::Restart,
        })
    }

    /// Returns whether a running service can take the change.
    pub fn is_reloaded(self) -> bool {
        self != Self::Restart
    }
}
