//! What a verifier needs of keys.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{KeyLookupError, KeySet};

/// What [`KeySource::with_key`] gives: boxed, so that the trait has objects.
pub type KeysFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<KeySet>, KeyLookupError>> + Send + 'a>>;

/// Where an issuer's keys come from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of keys",
    label = "expected a `KeySource`",
    note = "`RemoteKeys` fetches an issuer's keys, and `StaticKeys` (feature `testing`) are fixed keys for tests; pass them as `Arc<dyn KeySource>`"
)]
pub trait KeySource: Debug + Send + Sync + 'static {
    /// The keys known now, without waiting and without a lock. `None` if there are none that may be used.
    fn current(&self) -> Option<Arc<KeySet>>;

    /// The keys after the issuer was asked for one of this id, as far as that is permitted now.
    ///
    /// Errors: [`KeyLookupError::NotFound`] if the issuer has no such key; [`KeyLookupError::Unavailable`] if that could
    /// not be found out.
    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a>;

    /// How the keys are.
    fn status(&self) -> KeyStatus;
}

/// How an issuer's keys are, for a readiness answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeyStatus {
    /// There are none yet, or none that are young enough to be used. `reason` is the last failure, if there was one.
    Starting {
        /// What kept the keys from being fetched.
        reason: Option<String>,
    },
    /// They are as they should be.
    Ready {
        /// Since they were fetched.
        age: Duration,
        /// How many there are.
        keys: usize,
    },
    /// They are in use although the last refresh failed.
    Degraded {
        /// Since they were fetched.
        age: Duration,
        /// Since the first failure after that.
        failing_for: Duration,
        /// What keeps them from being refreshed.
        reason: String,
    },
}

/// The status of the keys of one issuer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuerStatus {
    /// The first of its accepted names.
    pub issuer: String,
    /// The status of its keys.
    pub keys: KeyStatus,
}
