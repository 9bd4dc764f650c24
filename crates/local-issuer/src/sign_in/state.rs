//! What is remembered of people who sign in, in memory.

use super::code::Code;
use super::device_flow::DeviceFlow;
use super::kept::{BrowserSession, Kept};
use crate::bounded::Bounded;
use crate::keys::KeyError;

/// The state of one provider. Each part is bounded: the oldest entry is dropped for a new one.
pub(crate) struct SignIns {
    /// Pages that are open.
    pub(super) forms: Bounded<Kept>,
    pub(super) codes: Bounded<Code>,
    /// By the value of the cookie.
    pub(super) browsers: Bounded<BrowserSession>,
    /// Devices that wait, by their device code.
    pub(super) devices: Bounded<DeviceFlow>,
    /// Access tokens that are no JWTs.
    opaque: Bounded<OpaqueToken>,
}

/// What an access token that is no JWT stands for.
#[derive(Clone, Debug)]
pub(crate) struct OpaqueToken {
    pub(crate) session_id: String,
    pub(crate) scopes: Vec<String>,
}

impl SignIns {
    /// `most` is the number of open pages, of codes, of browsers, of devices that wait and of opaque tokens, each.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            forms: Bounded::new(most),
            codes: Bounded::new(most),
            browsers: Bounded::new(most),
            devices: Bounded::new(most),
            opaque: Bounded::new(most),
        }
    }

    /// Returns an access token that says nothing by itself.
    pub(crate) fn put_opaque(
        &self,
        token: OpaqueToken,
        expires_at: i64,
    ) -> Result<String, KeyError> {
        self.opaque.put(token, expires_at)
    }

    pub(crate) fn opaque(&self, token: &str, now: i64) -> Option<OpaqueToken> {
        self.opaque.get(token, now)
    }

    /// Everything back to the start.
    pub(crate) fn clear(&self) {
        self.forms.clear();
        self.codes.clear();
        self.browsers.clear();
        self.devices.clear();
        self.opaque.clear();
    }
}
