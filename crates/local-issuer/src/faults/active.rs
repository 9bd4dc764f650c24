//! The faults that are set, and for how many responses.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use super::check::check;
use super::fault::{Endpoint, Fault, FaultError};
use crate::config::ControlLimits;

/// More than a test needs at a time, and few enough to look through for each response.
const MOST_FAULTS: usize = 100;

/// A fault that is set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActiveFault {
    /// Whose responses it changes.
    pub endpoint: Endpoint,
    /// What is wrong with them.
    pub fault: Fault,
    /// For how many more responses; `None` is until it is cleared.
    pub requests: Option<u32>,
}

/// The faults of one provider.
pub(crate) struct Faults {
    active: Mutex<Vec<ActiveFault>>,
    /// Counts how often faults were cleared, so that a response that waits because of one is sent.
    cleared: watch::Sender<u64>,
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self {
            active: Mutex::default(),
            cleared: watch::Sender::new(0),
        }
    }

    pub(crate) fn add(&self, fault: ActiveFault, limits: &ControlLimits) -> Result<(), FaultError> {
        check(&fault.fault, limits)?;
        if fault.requests == Some(0) {
            return Err(FaultError::Value {
                member: "requests",
                expected: "expected 1 or more, got 0".to_owned(),
            });
        }
        let mut active = self.lock();
        if active.len() >= MOST_FAULTS {
            return Err(FaultError::TooMany(MOST_FAULTS));
        }
        active.push(fault);
        Ok(())
    }

    /// Clears the faults that were set for this endpoint, or all of them.
    pub(crate) fn clear(&self, endpoint: Option<Endpoint>) {
        self.lock()
            .retain(|fault| endpoint.is_some_and(|endpoint| fault.endpoint != endpoint));
        self.cleared.send_modify(|times| *times += 1);
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        self.lock().clone()
    }

    /// Returns the faults of the next response of this endpoint, and counts it for those that are set for a number of responses.
    pub(crate) fn take(&self, asked: Option<Endpoint>) -> Vec<Fault> {
        let mut taken = Vec::new();
        self.lock().retain_mut(|active| {
            if !active.endpoint.covers(asked) {
                return true;
            }
            taken.push(active.fault.clone());
            active.requests = active.requests.map(|left| left.saturating_sub(1));
            active.requests != Some(0)
        });
        taken
    }

    /// Resolves at its `changed` when faults are cleared.
    pub(crate) fn cleared(&self) -> watch::Receiver<u64> {
        self.cleared.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<ActiveFault>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
