//! Names that nobody else has.

use std::hash::{BuildHasher, RandomState};

/// A name that no other case and no other run uses: the service's store may be older than this run.
pub(crate) fn unique(prefix: &str) -> String {
    format!("{prefix}-{:016x}", RandomState::new().hash_one(prefix))
}

/// An email address that no user has yet.
pub(crate) fn email(prefix: &str) -> String {
    format!("{}@example.com", unique(prefix))
}
