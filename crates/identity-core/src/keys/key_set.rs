//! A key set as it was published at one moment.

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
}

/// A member of a published key set that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its `kid`, if it has one.
    pub id: Option<String>,
    /// Why it is not used.
    pub reason: KeyRejection,
}

impl KeySet {
    /// Reads a JSON Web Key Set, each key by itself: one that cannot be used is skipped, never the set.
    ///
    /// Errors: not a key set; more than `max_keys` keys; no key that can be used.
    pub fn from_json(document: &[u8], max_keys: usize) -> Result<Self, KeySetError> {
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
            match VerificationKey::from_jwk(jwk) {
                Ok(key) => set.keys.entry(key.id().to_owned()).or_default().push(key),
                Err(reason) => {
                    let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
                    set.skipped.push(SkippedKey { id, reason });
                }
            }
        }
        if set.keys.is_empty() {
            Err(KeySetError::NoUsableKey(count))
        } else {
            Ok(set)
        }
    }

    /// The keys of this id: none, one, or several if the issuer gave several the same id.
    pub fn of(&self, key_id: &str) -> &[VerificationKey] {
        self.keys.get(key_id).map_or(&[], Vec::as_slice)
    }

    /// Whether there is a key of this id.
    pub fn has(&self, key_id: &str) -> bool {
        self.keys.contains_key(key_id)
    }

    /// Whether this very key is there under that id, and is for that algorithm.
    pub(crate) fn holds(&self, key_id: &str, algorithm: Algorithm, material: KeyMaterial) -> bool {
        let keys = self.of(key_id).iter();
        keys.filter(|key| key.is_for(algorithm))
            .any(|key| key.material() == material)
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.keys.values().map(Vec::len).sum()
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The published keys that are not used, and why.
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }
}

#[cfg(test)]
#[path = "key_set_tests.rs"]
mod tests;
