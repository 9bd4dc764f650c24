//! Whether the settings that changed last are in use.

use std::sync::{Arc, Mutex, PoisonError};

use identity_core::clock::{Clock, SystemClock};
use metrics::{counter, gauge};

use super::metrics::{
    SETTINGS_AWAITING_RESTART, SETTINGS_LOADED, SETTINGS_REFUSED, SETTINGS_RELOADS,
};

/// Why the changed settings are not in use, if they were refused. All clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reloads(Arc<Mutex<Option<String>>>);

/// How a reload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReloadOutcome {
    /// The changed settings are in use.
    Applied,
    /// Nothing had changed.
    Unchanged,
    /// The settings before are in use still.
    Refused,
}

impl Reloads {
    /// Reports that the settings of the start are in use.
    pub(crate) fn started() {
        for outcome in [
            ReloadOutcome::Applied,
            ReloadOutcome::Unchanged,
            ReloadOutcome::Refused,
        ] {
            counter!(SETTINGS_RELOADS, "outcome" => outcome.label()).increment(0);
        }
        gauge!(SETTINGS_REFUSED).set(0);
        gauge!(SETTINGS_LOADED).set(SystemClock.now().seconds());
        awaiting_restart(0);
    }

    /// Reports a reload. `refused` says why it was refused.
    pub(crate) fn ended(&self, outcome: ReloadOutcome, refused: Option<String>) {
        counter!(SETTINGS_RELOADS, "outcome" => outcome.label()).increment(1);
        gauge!(SETTINGS_REFUSED).set(u32::from(refused.is_some()));
        if refused.is_none() {
            gauge!(SETTINGS_LOADED).set(SystemClock.now().seconds());
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// Returns why the last reload was refused. Returns `None` if it was not.
    pub(crate) fn refused(&self) -> Option<String> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }
}

/// Reports how many settings have changed that need a restart.
pub(crate) fn awaiting_restart(count: u32) {
    gauge!(SETTINGS_AWAITING_RESTART).set(count);
}

impl ReloadOutcome {
    fn label(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}
