//! The interface of a key source.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{KeyLookupError, KeySet};

/// The future returned by [`KeySource::with_key`], boxed so that the trait is dyn compatible.
pub type KeysFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<KeySet>, KeyLookupError>> + Send + 'a>>;

/// The future returned by [`KeySource::newer_than`], boxed so that the trait is dyn compatible.
pub type NewerKeys<'a> = Pin<Box<dyn Future<Output = Option<Arc<KeySet>>> + Send + 'a>>;

/// A source of an issuer's keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of keys",
    label = "expected a `KeySource`",
    note = "`RemoteKeys` fetches an issuer's keys, and `StaticKeys` (feature `testing`) are fixed keys for tests; pass them as `Arc<dyn KeySource>`"
)]
pub trait KeySource: Debug + Send + Sync + 'static {
    /// Returns the keys known now, without waiting and without a lock, or `None` if there are none that may be used.
    fn current(&self) -> Option<Arc<KeySet>>;

    /// Returns the keys after fetching those of the issuer again for this key id, if a refetch is allowed now. An empty id
    /// is that of a token without one: any keys are returned, and none fetched again.
    ///
    /// Errors: [`KeyLookupError::NotFound`] if the issuer has no such key; [`KeyLookupError::Unavailable`] if the keys
    /// could not be fetched.
    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a>;

    /// Returns other keys than `seen`, after fetching those of the issuer again, because a signature does not verify with
    /// `seen`: an issuer may have a new key with an old id. `None` if there are no others, or if a refetch is not allowed
    /// now. Default: `None`.
    fn newer_than<'a>(&'a self, seen: &'a Arc<KeySet>) -> NewerKeys<'a> {
        let _ = seen;
        Box::pin(std::future::ready(None))
    }

    /// Returns the status of the keys.
    fn status(&self) -> KeyStatus;
}

/// The status of an issuer's keys, as in a readiness response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeyStatus {
    /// There are no keys yet, or they have become too old to be used. `reason` is the last failure, if any.
    Starting {
        /// Why the keys could not be fetched.
        reason: Option<String>,
    },
    /// The keys are up to date.
    Ready {
        /// The time since they were fetched.
        age: Duration,
        /// The number of keys.
        keys: usize,
    },
    /// The keys are in use although the last refresh failed.
    Degraded {
        /// The time since they were fetched.
        age: Duration,
        /// The time since the first failure after that.
        failing_for: Duration,
        /// Why they could not be refreshed.
        reason: String,
    },
}

/// The status of the keys of one issuer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuerStatus {
    /// The first of its accepted values of `iss`.
    pub issuer: String,
    /// The status of its keys.
    pub keys: KeyStatus,
}
