//! Reading the provider's own tokens back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::provider::Provider;

/// A longer token is none of ours.
const LONGEST_TOKEN_BYTES: usize = 64 * 1024;

impl Provider {
    /// Returns the claims of a JWT that one of this provider's own keys signed, or `None` for any other text.
    ///
    /// Only the signature is checked: neither the expiry (see [`Self::is_expired`]) nor what kind of token it is.
    pub(crate) fn verified(&self, token: &str) -> Option<Map<String, Value>> {
        if token.len() > LONGEST_TOKEN_BYTES {
            return None;
        }
        let (input, signature) = token.rsplit_once('.')?;
        let (header, payload) = input.split_once('.')?;
        let header = object(header)?;
        let key = self.keys.find(header.get("kid")?.as_str()?)?;
        if !key.verifies(input.as_bytes(), signature) {
            return None;
        }
        object(payload)
    }

    /// Whether `exp` is reached, by the provider's clock; claims without it are taken for expired.
    pub(crate) fn is_expired(&self, claims: &Map<String, Value>) -> bool {
        let expiry = claims.get("exp").and_then(Value::as_i64);
        expiry.is_none_or(|expiry| self.clock.now() >= expiry)
    }
}

fn object(segment: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
    serde_json::from_slice(&bytes).ok()
}
