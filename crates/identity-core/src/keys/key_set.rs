//! A key set.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{KeyMaterial, KeyRejection, KeySetError, VerificationKey};
use crate::algorithms::Algorithm;
use crate::json;

/// The keys of one issuer (RFC 7517, section 5), parsed, by `kid`.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: BTreeMap<String, Vec<VerificationKey>>,
    skipped: Vec<SkippedKey>,
    offered: Vec<String>,
}

/// What becomes of keys without `kid`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnnamedKeys {
    /// They are skipped: no token can name them.
    #[default]
    Skipped,
    /// They are used for tokens without `kid`.
    Used,
}

/// A published key that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its `kid`, if it has one.
    pub id: Option<String>,
    /// Why it is not used.
    pub reason: KeyRejection,
}

impl KeySet {
    /// Parses a JSON Web Key Set. A key that cannot be used is skipped, without rejecting the set.
    ///
    /// Errors: it is not a key set, has more than `max_keys` keys, or has no usable key.
    pub fn from_json(document: &[u8], max_keys: usize) -> Result<Self, KeySetError> {
        Self::parse(document, max_keys, UnnamedKeys::Skipped)
    }

    /// Like [`from_json`](Self::from_json), for an issuer whose keys may have no `kid`.
    pub(crate) fn parse(
        document: &[u8],
        max_keys: usize,
        unnamed: UnnamedKeys,
    ) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(document)
            .map_err(|error| KeySetError::NotAKeySet(json::reason(&error)))?;
        let count = document.keys.len();
        if count > max_keys {
            return Err(KeySetError::TooManyKeys {
                count,
                limit: max_keys,
            });
        }
        let mut set = Self::default();
        for jwk in &document.keys {
            let key = match unnamed {
                UnnamedKeys::Skipped => VerificationKey::from_jwk(jwk),
                UnnamedKeys::Used => VerificationKey::with_or_without_id(jwk),
            };
            match key {
                Ok(key) => set.keys.entry(key.id().to_owned()).or_default().push(key),
                Err(reason) => {
                    let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
                    set.skipped.push(SkippedKey { id, reason });
                }
            }
        }
        if set.keys.is_empty() {
            Err(KeySetError::NoUsableKey(set.skipped))
        } else {
            Ok(set)
        }
    }

    /// Returns the keys with this id: none, one, or several if the issuer gives several keys the same id.
    pub fn of(&self, key_id: &str) -> &[VerificationKey] {
        self.keys.get(key_id).map_or(&[], Vec::as_slice)
    }

    /// Returns the keys that may have signed a token with this key id. An empty id is that of a token without one: only
    /// the key of a set that has exactly one usable key may have signed it.
    pub(crate) fn candidates(&self, key_id: &str) -> &[VerificationKey] {
        match (key_id, self.keys.first_key_value()) {
            ("", Some((_, only))) if self.len() == 1 => only,
            ("", _) => &[],
            (key_id, _) => self.of(key_id),
        }
    }

    /// Returns whether there is a key that may have signed a token with this key id, and that `older` does not have.
    pub(crate) fn has_newer(&self, older: &Self, key_id: &str) -> bool {
        let known = older.candidates(key_id);
        let is_known = |key: &VerificationKey| {
            let mut known = known.iter();
            known.any(|old| old.material() == key.material())
        };
        !self.candidates(key_id).iter().all(is_known)
    }

    /// Returns whether there is a key with this id.
    pub fn has(&self, key_id: &str) -> bool {
        self.keys.contains_key(key_id)
    }

    /// Returns whether the set has this same key, for tokens of this issuer with this key id, and for this algorithm.
    pub(crate) fn holds(
        &self,
        issuer: &str,
        key_id: &str,
        algorithm: Algorithm,
        material: KeyMaterial,
    ) -> bool {
        let keys = self.candidates(key_id).iter();
        keys.filter(|key| key.is_of(issuer) && key.is_for(algorithm))
            .any(|key| key.material() == material)
    }

    /// Sets the algorithms that the discovery document offers.
    pub(crate) fn with_offered_algorithms(self, offered: Vec<String>) -> Self {
        Self { offered, ..self }
    }

    /// Returns the algorithms that the issuer's discovery document offers for ID tokens, which are usually those of its
    /// access tokens. Empty if they are unknown.
    pub fn offered_algorithms(&self) -> &[String] {
        &self.offered
    }

    /// Returns the number of usable keys.
    pub fn len(&self) -> usize {
        self.keys.values().map(Vec::len).sum()
    }

    /// Returns whether there is no usable key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the published keys that are not used, and why.
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }
}

#[cfg(test)]
#[path = "key_set_tests.rs"]
mod tests;
