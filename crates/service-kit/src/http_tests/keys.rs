//! Keys that are not ready.

use std::sync::Arc;

use identity_core::keys::{KeySet, KeySource, KeyStatus, KeysFuture};

use crate::test_service::NoKeys;

/// Keys with this status, and none to verify with.
#[derive(Debug)]
pub(super) struct KeysThatAre(pub(super) KeyStatus);

impl KeySource for KeysThatAre {
    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        NoKeys.with_key(key_id)
    }

    fn status(&self) -> KeyStatus {
        self.0.clone()
    }
}
