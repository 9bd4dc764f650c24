//! A verified token.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::algorithms::Algorithm;
use crate::claims::{Claims, ClaimsError};
use crate::clock::UnixTime;
use crate::keys::KeyMaterial;
use crate::registered_claims;

/// A token whose signature, issuer, audience, times and kind were verified, or an opaque one that its issuer says is
/// active (see [`introspection`](crate::introspection)). Only a [`Verifier`](crate::verification::Verifier) and an
/// [`Authenticator`](crate::Authenticator) create one.
///
/// Not checked: whether a signed token was revoked, and what the caller may do; see [`Principal`](crate::Principal) and
/// [`Rule`](crate::Rule).
pub struct VerifiedToken {
    pub(crate) claims: Claims,
    pub(crate) times: Times,
    pub(crate) proof: Proof,
}

/// What proves that a token is the issuer's.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A signature, made with this key.
    Signature {
        /// The id of the key, as the token names it.
        key_id: String,
        algorithm: Algorithm,
        key: KeyMaterial,
    },
    /// The issuer's own response.
    Introspection,
}

/// The times of a token (RFC 7519, sections 4.1.4 to 4.1.6).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Times {
    pub(crate) expires_at: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued_at: Option<UnixTime>,
}

impl Times {
    /// Returns whether a token with these times is valid now. The same rule applies to new tokens and cached ones.
    pub(crate) fn allow(&self, now: UnixTime, leeway: Duration) -> bool {
        let begun = |time: Option<UnixTime>| time.is_none_or(|time| has_begun(time, now, leeway));
        is_alive(self.expires_at, now, leeway) && begun(self.not_before) && begun(self.issued_at)
    }
}

// The comparisons are written so that they are false if the clock returns NaN: the token is then refused.

/// Returns whether a token with this `exp` has not expired.
pub(crate) fn is_alive(expires_at: UnixTime, now: UnixTime, leeway: Duration) -> bool {
    now.seconds() < expires_at.seconds() + leeway.as_secs_f64()
}

/// Returns whether a token with this `nbf` or `iat` is valid already.
pub(crate) fn has_begun(time: UnixTime, now: UnixTime, leeway: Duration) -> bool {
    time.seconds() <= now.seconds() + leeway.as_secs_f64()
}

impl VerifiedToken {
    /// Returns all claims, as the provider sent them. Those of an opaque token are the members of the issuer's response,
    /// with `iss` filled in if it is missing.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns one claim, as the provider sent it.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Returns one claim, or `None` if it is not a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Deserializes the claims. Errors: a claim is missing or has the wrong type.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        // Other messages of the deserializer repeat the value, which is personal data.
        T::deserialize(&self.claims).map_err(|error| match error.to_string() {
            missing if missing.starts_with("missing field") => ClaimsError::Unfit(missing),
            _ => ClaimsError::Unfit("a claim has another type than is asked for".to_owned()),
        })
    }

    /// Returns `iss`, which is an accepted issuer.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// Returns `sub`, or the client if the rules accept a token without `sub`. Not empty.
    pub fn subject(&self) -> &str {
        let client = || self.client();
        self.text("sub").or_else(client).unwrap_or_default()
    }

    /// Returns the client that the token was issued to: `client_id` (RFC 9068), else `azp` (OpenID Connect), `appid`
    /// (Entra's tokens of version 1) or `cid` (Okta). Without the rule
    /// [`clients`](crate::verification::VerificationRules::clients), it is whatever the token says.
    pub fn client(&self) -> Option<&str> {
        registered_claims::client(&self.claims).ok().flatten()
    }

    /// Returns `exp`: from this time on, plus the leeway, the token is refused. Of an opaque token without `exp`, the time
    /// until which the issuer's response is used.
    pub fn expires_at(&self) -> UnixTime {
        self.times.expires_at
    }

    /// Returns `iat`, if the token has it.
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.times.issued_at
    }

    /// Returns the id of the key that made the signature, as the token names it. Empty if the token names none, or has no
    /// signature because it is opaque.
    pub fn key_id(&self) -> &str {
        match &self.proof {
            Proof::Signature { key_id, .. } => key_id,
            Proof::Introspection => "",
        }
    }
}

/// Claims are personal data: only what helps to tell two tokens apart is shown.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedToken")
            .field("key_id", &self.key_id())
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
