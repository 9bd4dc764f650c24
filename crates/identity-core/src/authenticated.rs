//! The result of an authentication.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::clock::{Clock, UnixTime};
use crate::principal::Principal;
use crate::verified_token::{VerifiedToken, has_begun, is_alive};

/// The authenticated caller of a request. Only an [`Authenticator`](crate::Authenticator) creates one.
#[derive(Debug)]
pub struct Authenticated {
    pub(crate) principal: Principal,
    pub(crate) token: VerifiedToken,
    /// The verifier's clock, not its time: a cached caller is asked again later.
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) leeway: Duration,
}

impl Authenticated {
    /// Returns the caller and their rights.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the verified token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// Returns whether the user signed in (`auth_time`) at most `max_age` ago, by the clock of the
    /// [`Authenticator`](crate::Authenticator) at the time of this call, with its leeway. Returns `None` if the token does
    /// not say when: `auth_time` is missing or not a number.
    #[must_use]
    pub fn signed_in_within(&self, max_age: Duration) -> Option<bool> {
        let auth_time = self.token.claim("auth_time").and_then(Value::as_f64)?;
        let (now, leeway) = (self.clock.now(), self.leeway);
        let until = UnixTime::from_seconds(auth_time + max_age.as_secs_f64());
        let begun = has_begun(UnixTime::from_seconds(auth_time), now, leeway);
        Some(begun && is_alive(until, now, leeway))
    }
}
