//! The keys of all vectors, as one issuer publishes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::vectors::{Set, Vector};

/// Each key once, by what it is, with the id that it is published under.
pub struct KeySet(BTreeMap<String, String>);

impl KeySet {
    pub fn of(sets: &[Set]) -> Self {
        let vectors = sets.iter().flat_map(|set| &set.vectors);
        let mut keys: BTreeMap<_, _> = vectors
            .map(|vector| (vector.jwk.to_string(), String::new()))
            .collect();
        for (number, id) in keys.values_mut().enumerate() {
            *id = format!("wycheproof-{number}");
        }
        Self(keys)
    }

    /// The id of the key that a vector is for.
    pub fn id(&self, vector: &Vector) -> &str {
        &self.0[&vector.jwk.to_string()]
    }

    /// The keys, each with its id.
    pub fn published(&self) -> impl Iterator<Item = Value> {
        self.0.iter().map(|(key, id)| {
            let mut key: Value = serde_json::from_str(key).unwrap();
            key["kid"] = json!(id);
            key
        })
    }
}
