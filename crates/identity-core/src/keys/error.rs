//! Errors of keys and key sets.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use super::SkippedKey;
use crate::discovery::DiscoveryError;
use crate::http::FetchError;
use crate::token_error::Excerpt;

/// Why [`KeySource::with_key`](super::KeySource::with_key) returns no keys.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLookupError {
    /// The issuer publishes no usable key with this id. The token is refused.
    #[error("the issuer has no such key")]
    NotFound,
    /// The keys are unavailable, so that it is unknown whether the key exists. The token may be valid.
    #[error(transparent)]
    Unavailable(#[from] KeyError),
}

/// The keys are unavailable. The operator or the issuer must act; the caller may retry.
#[derive(Debug, Clone, thiserror::Error)]
#[error("keys unavailable: {fault}")]
pub struct KeyError {
    /// The cause.
    #[source]
    pub fault: KeyFault,
    /// The time after which a retry may succeed.
    pub retry_after: Duration,
}

/// Why keys are unavailable.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The discovery document could not be fetched, or is invalid.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The key set could not be fetched.
    #[error("key set: {0}")]
    Fetch(#[from] FetchError),
    /// The document is not a usable key set.
    #[error("key set: {0}")]
    KeySet(#[from] KeySetError),
    /// Too many requests are already waiting for keys; the value is the limit.
    #[error("{0} requests are waiting for keys already")]
    TooManyWaiting(usize),
    /// The keys were not refreshed for longer than the value, and have expired.
    #[error("no refresh has succeeded for {} s", .0.as_secs())]
    TooOld(Duration),
    /// The task that fetches keys has stopped, because the process is shutting down.
    #[error("the key refresh has stopped")]
    Stopped,
    /// A key source other than HTTP, such as a database, has failed.
    #[error("{0}")]
    Source(#[source] Arc<dyn Error + Send + Sync>),
}

impl KeyError {
    /// Creates an error of a key source other than HTTP, such as a database.
    pub fn of_source(error: impl Error + Send + Sync + 'static, retry_after: Duration) -> Self {
        Self {
            fault: KeyFault::Source(Arc::new(error)),
            retry_after,
        }
    }
}

/// Why a JSON document is not a usable key set (RFC 7517, section 5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// It is not JSON, or not an object with a list `keys`.
    #[error("not a JSON Web Key Set: {0}")]
    NotAKeySet(String),
    /// It has more keys than the limit.
    #[error("{count} keys, at most {limit} are read")]
    TooManyKeys {
        /// The number of keys.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// None of its keys can verify a signature.
    #[error("none of its {} keys can be used{}", .0.len(), reasons(.0))]
    NoUsableKey(Vec<SkippedKey>),
}

/// Returns why the first of these keys are not used.
fn reasons(skipped: &[SkippedKey]) -> String {
    let reason = |skipped: &SkippedKey| {
        let id = Excerpt::new(skipped.id.as_deref());
        format!("key {id}: {}", skipped.reason)
    };
    let reasons: Vec<_> = skipped.iter().take(3).map(reason).collect();
    match reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}", reasons.join("; ")),
    }
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
