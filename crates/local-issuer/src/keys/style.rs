//! What the keys of a provider look like.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::signing_key::SigningKey;

/// The form of a provider's keys, as its dialect has it.
#[derive(Clone, Copy)]
pub(crate) struct KeyStyle {
    /// Makes a key id.
    pub(crate) new_kid: fn() -> Result<String, KeyError>,
    /// Whether members of keys and of token headers are in alphabetical order.
    pub(crate) sorted: bool,
    /// Whether the next key is always published before it signs.
    pub(crate) publishes_ahead: bool,
}

impl KeyStyle {
    /// Returns a new key with an id of this form.
    pub(crate) fn new_key(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyError> {
        SigningKey::generate((self.new_kid)()?, algorithm).map(Arc::new)
    }

    /// Returns the members in this order.
    pub(crate) fn ordered(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        if self.sorted {
            members.sort_keys();
        }
        members
    }
}
