//! Why there are no keys.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::discovery::DiscoveryError;
use crate::http::FetchError;

/// Why [`KeySource::with_key`](super::KeySource::with_key) gives no keys.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLookupError {
    /// The issuer publishes no usable key of this id. The token is refused.
    #[error("the issuer has no such key")]
    NotFound,
    /// Whether there is such a key could not be found out. The token may be good.
    #[error(transparent)]
    Unavailable(#[from] KeyError),
}

/// The keys are not available now. The operator or the issuer must act; the caller may try again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("keys unavailable: {fault}")]
pub struct KeyError {
    /// What is wrong.
    #[source]
    pub fault: KeyFault,
    /// When another attempt may succeed.
    pub retry_after: Duration,
}

/// What makes keys unavailable.
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
    /// A source of keys that does not fetch them over HTTP, such as a database, has failed.
    #[error("{0}")]
    Source(#[source] Arc<dyn Error + Send + Sync>),
}

impl KeyError {
    /// The error of a source of keys that is not HTTP, such as a database.
    pub fn of_source(error: impl Error + Send + Sync + 'static, retry_after: Duration) -> Self {
        Self {
            fault: KeyFault::Source(Arc::new(error)),
            retry_after,
        }
    }
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

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;
    use std::time::Duration;

    use super::KeyError;

    #[test]
    fn a_source_that_is_not_http_keeps_its_cause() {
        let cause = io::Error::other("the database is locked");
        let error = KeyError::of_source(cause, Duration::from_secs(1));
        assert_eq!(
            error.to_string(),
            "keys unavailable: the database is locked"
        );
        let cause = error.fault.source().map(ToString::to_string);
        assert_eq!(cause.as_deref(), Some("the database is locked"));
    }
}
