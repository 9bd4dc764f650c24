//! The keys of an issuer that has none.

use std::sync::Arc;
use std::time::Duration;

use super::{KeyLookupError, KeySet, KeySource, KeyStatus, KeysFuture};

/// The keys of an issuer that has none, because all of its access tokens are opaque: every JWT is refused, with
/// [`TokenError::KeyNotFound`](crate::TokenError::KeyNotFound) if nothing else is wrong with it. Nothing is fetched, and
/// the status is ready, with 0 keys.
#[derive(Debug, Clone, Copy)]
pub struct NoKeys;

impl KeySource for NoKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }

    fn with_key<'a>(&'a self, _: &'a str) -> KeysFuture<'a> {
        Box::pin(std::future::ready(Err(KeyLookupError::NotFound)))
    }

    fn status(&self) -> KeyStatus {
        KeyStatus::Ready {
            age: Duration::ZERO,
            keys: 0,
        }
    }
}
