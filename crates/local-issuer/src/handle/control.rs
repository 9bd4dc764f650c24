//! What can be done to a provider while it runs: the calls that the control plane makes too.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::ProviderHandle;
use crate::clock;
use crate::faults::{ActiveFault, Endpoint, Fault, FaultError};
use crate::keys::{Algorithm, HostileKey, HostileKeyInfo, KeyError};
use crate::kind::ProviderKind;
use crate::requests::RequestLog;
use crate::rotation::{KeyIds, Rotation};

/// Everything that was changed about a provider, and its requests.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ControlState {
    /// Whose it is.
    pub provider: ProviderKind,
    /// The provider's time, in seconds since 1970.
    pub now: i64,
    /// How many seconds it is ahead of the system's.
    pub clock_offset_seconds: i64,
    /// Its own keys.
    pub keys: KeyIds,
    /// The hostile keys in its key set.
    pub hostile_keys: Vec<HostileKeyInfo>,
    /// The faults that are set.
    pub faults: Vec<ActiveFault>,
    /// How many sessions there are.
    pub sessions: usize,
    /// The number of requests by endpoint.
    pub endpoints: BTreeMap<&'static str, u64>,
}

/// Keys.
impl ProviderHandle {
    /// Changes the signing key.
    ///
    /// # Errors
    /// If a key cannot be made or the key file cannot be written.
    pub fn rotate(&self, rotation: Rotation) -> Result<KeyIds, KeyError> {
        self.state.keys.rotate(rotation)
    }

    /// The ids of the provider's own keys.
    pub fn key_ids(&self) -> KeyIds {
        self.state.keys.ids()
    }

    /// Publishes one more key and returns its id; only what is minted with it is signed by it.
    ///
    /// # Errors
    /// If the key cannot be made, or there are too many.
    pub fn publish(&self, algorithm: Algorithm) -> Result<String, KeyError> {
        self.state.keys.publish(algorithm)
    }

    /// Leaves a key out of the key set while it stays in use, the current one too; whether there is such a key.
    pub fn withhold(&self, kid: &str) -> bool {
        self.state.keys.withhold(kid)
    }

    /// Takes a key other than the current one out of the key set and out of use; whether it was there.
    /// It can still be minted with, see [`Signer::Withdrawn`](crate::Signer::Withdrawn).
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn withdraw(&self, kid: &str) -> Result<bool, KeyError> {
        self.state.keys.withdraw(kid)
    }

    /// Puts a key that was withheld, withdrawn or revoked into the key set again; whether there was one.
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn restore(&self, kid: &str) -> Result<bool, KeyError> {
        self.state.keys.restore(kid)
    }

    /// Puts a key that is wrong on purpose into the key set.
    ///
    /// # Errors
    /// If the key cannot be made, or there are too many.
    pub fn publish_hostile(&self, key: &HostileKey) -> Result<HostileKeyInfo, KeyError> {
        self.state.keys.publish_hostile(key)
    }

    /// Puts a JWK in the key set just as it is: [`HostileKey::Jwk`].
    ///
    /// # Errors
    /// If there are too many keys.
    pub fn publish_foreign(&self, jwk: Value) -> Result<(), KeyError> {
        self.publish_hostile(&HostileKey::Jwk(jwk)).map(drop)
    }

    /// The hostile keys in the key set.
    pub fn hostile_keys(&self) -> Vec<HostileKeyInfo> {
        self.state.keys.hostile()
    }

    /// Takes the hostile key with this [`id`](HostileKeyInfo::id) out of the key set; whether it was there.
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn remove_hostile(&self, id: &str) -> Result<bool, KeyError> {
        self.state.keys.remove_hostile(Some(id))
    }

    /// Takes every hostile key out of the key set; whether there was one.
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn remove_hostile_keys(&self) -> Result<bool, KeyError> {
        self.state.keys.remove_hostile(None)
    }
}

/// Faults.
impl ProviderHandle {
    /// Makes the responses of an endpoint faulty until the fault is cleared. Faults add up, see [`Fault`].
    ///
    /// # Errors
    /// If the fault cannot be sent as it is meant, is over a limit, or there are too many.
    pub fn fail(&self, endpoint: Endpoint, fault: Fault) -> Result<(), FaultError> {
        self.set_fault(endpoint, fault, None)
    }

    /// Makes the next responses of an endpoint faulty, this many of them.
    ///
    /// # Errors
    /// As [`Self::fail`], and if the number is 0.
    pub fn fail_next(
        &self,
        endpoint: Endpoint,
        fault: Fault,
        requests: u32,
    ) -> Result<(), FaultError> {
        self.set_fault(endpoint, fault, Some(requests))
    }

    /// Clears every fault; responses that they delay are sent at once.
    pub fn clear_faults(&self) {
        self.state.faults.clear(None);
    }

    /// Clears the faults that were set for this endpoint.
    pub fn clear_faults_of(&self, endpoint: Endpoint) {
        self.state.faults.clear(Some(endpoint));
    }

    /// The faults that are set.
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.state.faults.list()
    }

    fn set_fault(
        &self,
        endpoint: Endpoint,
        fault: Fault,
        requests: Option<u32>,
    ) -> Result<(), FaultError> {
        let fault = ActiveFault {
            endpoint,
            fault,
            requests,
        };
        self.state.faults.add(fault, &self.state.limits)
    }
}

/// Clock, requests, and everything at once.
impl ProviderHandle {
    /// The largest offset of the clock, in seconds, ahead or behind: a hundred years.
    pub const LARGEST_CLOCK_OFFSET: i64 = clock::LARGEST_OFFSET;

    /// Sets the provider's clock this many seconds ahead of the system's, negative for behind; 0 sets it right.
    /// Tokens follow. More than [`Self::LARGEST_CLOCK_OFFSET`] counts as that.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.state.clock.set_offset(seconds);
    }

    /// How many seconds the provider's clock is ahead of the system's.
    pub fn clock_offset(&self) -> i64 {
        self.state.clock.offset()
    }

    /// The provider's time, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.state.clock.now()
    }

    /// Returns the number of requests by path, without the control plane's own.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.request_log().requests
    }

    /// Returns the requests, counted by path and by endpoint, and the last ones.
    pub fn request_log(&self) -> RequestLog {
        self.state.requests.log()
    }

    /// Returns the number of requests to an endpoint, at any of its addresses; all requests for [`Endpoint::All`].
    pub fn endpoint_requests(&self, endpoint: Endpoint) -> u64 {
        let counts = self.request_log().endpoints;
        match endpoint {
            Endpoint::All => counts.values().sum(),
            _ => counts.get(endpoint.name()).copied().unwrap_or_default(),
        }
    }

    /// How often the key set was fetched, at any of its addresses.
    pub fn jwks_requests(&self) -> u64 {
        self.endpoint_requests(Endpoint::Jwks)
    }

    /// Forgets the requests, and returns what was known of them.
    pub fn reset_requests(&self) -> RequestLog {
        self.state.requests.reset()
    }

    /// Everything back to the start: the keys it was started with, no faults, the right clock, no requests, no sessions and nobody signed in.
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn reset(&self) -> Result<(), KeyError> {
        self.clear_faults();
        self.set_clock_offset(0);
        self.reset_requests();
        self.state.sessions.clear();
        self.state.sign_ins.clear();
        self.state.dialect.reset();
        self.state.keys.reset()
    }

    /// Returns what was changed, and the requests.
    pub fn control_state(&self) -> ControlState {
        ControlState {
            provider: self.kind(),
            now: self.now(),
            clock_offset_seconds: self.clock_offset(),
            keys: self.key_ids(),
            hostile_keys: self.hostile_keys(),
            faults: self.faults(),
            sessions: self.state.sessions.count(),
            endpoints: self.request_log().endpoints,
        }
    }
}
