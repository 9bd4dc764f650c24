//! Keys in other states than good ones.

use std::sync::Arc;
use std::time::Duration;

use identity_core::keys::{
    KeyError, KeyFault, KeyLookupError, KeySet, KeySource, KeyStatus, KeysFuture,
};

/// Keys that cannot be had.
#[derive(Debug)]
pub(super) struct UnavailableKeys;

impl KeySource for UnavailableKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }

    fn with_key<'a>(&'a self, _: &'a str) -> KeysFuture<'a> {
        let error = KeyError {
            fault: KeyFault::TooManyWaiting(7),
            retry_after: Duration::from_millis(1200),
        };
        Box::pin(std::future::ready(Err(KeyLookupError::Unavailable(error))))
    }

    fn status(&self) -> KeyStatus {
        KeyStatus::Starting { reason: None }
    }
}

/// Keys of which only this is known.
#[derive(Debug)]
pub(super) struct KeysThatAre(pub(super) KeyStatus);

impl KeySource for KeysThatAre {
    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        UnavailableKeys.with_key(key_id)
    }

    fn status(&self) -> KeyStatus {
        self.0.clone()
    }
}
