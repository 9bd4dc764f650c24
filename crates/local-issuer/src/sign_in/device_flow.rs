//! A device that waits for a person, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).

use super::grant::Grant;
use super::request::AuthorizationRequest;

/// How long a person has, in seconds.
pub(super) const LIFETIME: i64 = 15 * 60;
/// How often a device may ask, in seconds.
pub(super) const INTERVAL: i64 = 5;

/// A device that waits.
#[derive(Clone, Debug)]
pub(super) struct DeviceFlow {
    pub(super) user_code: String,
    pub(super) request: AuthorizationRequest,
    pub(super) expires_at: i64,
    /// When the device asked last.
    pub(super) asked_at: Option<i64>,
    pub(super) decision: Decision,
}

/// What the person decided.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    None,
    Denied,
    Allowed(Box<Grant>),
}

/// Why a device gets no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceError {
    /// There is no such device code, or it is another client's.
    Unknown,
    /// The person has not decided yet.
    Pending,
    /// The device asks too often.
    SlowDown,
    Denied,
    Expired,
    /// The random generator failed.
    Random,
}

impl DeviceFlow {
    /// What a device that asks now is told. What is final is told once.
    pub(super) fn ask(&mut self, client_id: &str, now: i64) -> Result<Grant, DeviceError> {
        if self.request.client_id != client_id {
            return Err(DeviceError::Unknown);
        }
        if now >= self.expires_at {
            return Err(DeviceError::Expired);
        }
        let last = self.asked_at.replace(now);
        match &self.decision {
            Decision::Denied => Err(DeviceError::Denied),
            Decision::Allowed(grant) => Ok((**grant).clone()),
            Decision::None if last.is_some_and(|last| now < last.saturating_add(INTERVAL)) => {
                Err(DeviceError::SlowDown)
            }
            Decision::None => Err(DeviceError::Pending),
        }
    }

    /// Whether a person still can decide.
    pub(super) fn waits_for(&self, user_code: &str, now: i64) -> bool {
        let undecided = matches!(self.decision, Decision::None);
        undecided && now < self.expires_at && self.user_code == user_code
    }

    /// Whether it was let in by this session of a browser.
    pub(super) fn is_of(&self, sid: &str) -> bool {
        matches!(&self.decision, Decision::Allowed(grant) if grant.sid == sid)
    }
}
