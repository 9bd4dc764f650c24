//! Fixed keys for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::TestKey;
use crate::keys::{KeyLookupError, KeySet, KeySource, KeyStatus, KeysFuture};

/// A key source with fixed keys, which fetches nothing.
#[derive(Debug)]
pub struct StaticKeys(Arc<KeySet>);

impl StaticKeys {
    /// Creates a source of the public parts of these keys.
    pub fn of(keys: &[&TestKey]) -> Self {
        Self::from_jwks(&json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}))
    }

    /// Creates a source from a JSON Web Key Set. Panics if it has no usable key.
    pub fn from_jwks(jwks: &Value) -> Self {
        Self(Arc::new(
            KeySet::from_json(jwks.to_string().as_bytes(), usize::MAX).expect("a usable key set"),
        ))
    }
}

impl KeySource for StaticKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        Some(Arc::clone(&self.0))
    }

    fn with_key<'a>(&'a self, _: &'a str) -> KeysFuture<'a> {
        Box::pin(std::future::ready(Err(KeyLookupError::NotFound)))
    }

    fn status(&self) -> KeyStatus {
        KeyStatus::Ready {
            age: Duration::ZERO,
            keys: self.0.len(),
        }
    }
}
