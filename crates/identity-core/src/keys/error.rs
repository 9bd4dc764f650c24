//! Why there are no keys.

use std::time::Duration;

use crate::discovery::DiscoveryError;
use crate::http::FetchError;

/// The keys cannot be had now. The operator or the issuer must act; the caller may try again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("keys unavailable: {fault}")]
pub struct KeyError {
    /// What is wrong.
    #[source]
    pub fault: KeyFault,
    /// When another attempt may succeed.
    pub retry_after: Duration,
}

/// What keeps keys from being had.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The discovery document.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The key set could not be fetched.
    #[error("key set: {0}")]
    Fetch(#[from] FetchError),
    /// The key set is not one.
    #[error("key set: {0}")]
    KeySet(#[from] KeySetError),
    /// As many requests are waiting for keys as are allowed to.
    #[error("{0} requests are waiting for keys already")]
    TooManyWaiting(usize),
    /// The keys in use have become too old.
    #[error("no refresh has succeeded for {} s", .0.as_secs())]
    TooOld(Duration),
    /// The task that fetches keys has ended: the process is shutting down.
    #[error("the key refresh has stopped")]
    Stopped,
}

/// Why a JSON document is not a key set that can be used (RFC 7517, section 5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// It is not JSON, or not an object with a list `keys`.
    #[error("not a JSON Web Key Set: {0}")]
    NotAKeySet(String),
    /// It has more keys than are read.
    #[error("{count} keys, at most {limit} are read")]
    TooManyKeys {
        /// How many there are.
        count: usize,
        /// How many are read.
        limit: usize,
    },
    /// None of its keys can verify a signature.
    #[error("none of its {0} keys can be used")]
    NoUsableKey(usize),
}
