//! A token that was verified.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::algorithms::Algorithm;
use crate::claims::{Claims, ClaimsError};
use crate::clock::UnixTime;
use crate::keys::KeyMaterial;

/// A token whose signature, issuer, audience, times and kind were checked. Only a [`Verifier`](crate::verification::Verifier) makes one.
///
/// It does not say that the token was not revoked, nor what its holder may do: for that there are
/// [`Principal`](crate::Principal) and [`Rule`](crate::Rule).
pub struct VerifiedToken {
    pub(crate) claims: Claims,
    pub(crate) times: Times,
    pub(crate) key_id: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyMaterial,
}

/// The times of a token, RFC 7519, sections 4.1.4 to 4.1.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Times {
    pub(crate) expires_at: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued_at: Option<UnixTime>,
}

impl Times {
    /// Whether a token with these times is good at this moment: the one rule, for a token that is new and for one that
    /// was verified before.
    pub(crate) fn allow(&self, now: UnixTime, leeway: Duration) -> bool {
        let begun = |time: Option<UnixTime>| time.is_none_or(|time| has_begun(time, now, leeway));
        is_alive(self.expires_at, now, leeway) && begun(self.not_before) && begun(self.issued_at)
    }
}

// Each comparison asks for what is good: one with a clock that shows no number is false.

/// Whether a token that ends then has not ended now.
pub(crate) fn is_alive(expires_at: UnixTime, now: UnixTime, leeway: Duration) -> bool {
    now.seconds() < expires_at.seconds() + leeway.as_secs_f64()
}

/// Whether a token that begins then has begun now.
pub(crate) fn has_begun(time: UnixTime, now: UnixTime, leeway: Duration) -> bool {
    time.seconds() <= now.seconds() + leeway.as_secs_f64()
}

impl VerifiedToken {
    /// All claims, as the provider sent them.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// One claim, as the provider sent it.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// One claim, if it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// The claims as a type of the caller's. Errors: a claim is missing or has another type.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        // Other messages of the deserializer repeat the value, which is personal data.
        T::deserialize(&self.claims).map_err(|error| match error.to_string() {
            missing if missing.starts_with("missing field") => ClaimsError::Unfit(missing),
            _ => ClaimsError::Unfit("a claim has another type than is asked for".to_owned()),
        })
    }

    /// `iss`: one of the accepted issuers.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// `sub`: not empty.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// `exp`: from this moment on, and the leeway, the token is no longer accepted.
    pub fn expires_at(&self) -> UnixTime {
        self.times.expires_at
    }

    /// `iat`, where the token says it.
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.times.issued_at
    }

    /// The id of the key that made the signature.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}

/// Claims are personal data: only what helps to tell two tokens apart is shown.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedToken")
            .field("key_id", &self.key_id)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
