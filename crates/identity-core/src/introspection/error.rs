//! Errors of introspection.

use std::time::Duration;

use crate::discovery::DiscoveryError;
use crate::http::FetchError;

/// The issuer could not be asked about a token, which may be valid. The operator or the issuer must act; the caller may
/// retry.
#[derive(Debug, Clone, thiserror::Error)]
#[error("introspection unavailable: {fault}")]
pub struct IntrospectionError {
    /// The cause.
    #[source]
    pub fault: IntrospectionFault,
    /// The time after which a retry may succeed.
    pub retry_after: Duration,
}

/// Why the issuer could not be asked about a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectionFault {
    /// The discovery document could not be fetched, or names no usable introspection endpoint.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// There was no complete response, or one with an unexpected status.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The endpoint refuses the client.
    #[error("{url} responded with {status}: it refuses the client's credentials{}", check(.settings))]
    ClientRefused {
        /// The URL of the request.
        url: String,
        /// The status of the response: 401 or 403.
        status: u16,
        /// The names of the settings of the credentials.
        settings: Option<&'static str>,
    },
    /// The response is not one of an introspection endpoint.
    #[error("{url}: not an introspection response: {reason}")]
    Unreadable {
        /// The URL of the request.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Too many callers are already waiting; the value is the limit.
    #[error("{0} requests are waiting for introspection already")]
    TooManyWaiting(usize),
    /// As many requests to the issuer as are allowed went on for that long.
    #[error("no request to the issuer was free within {} ms", .0.as_millis())]
    Busy(Duration),
}

fn check(settings: &Option<&str>) -> String {
    settings.map_or_else(String::new, |names| format!("; see {names}"))
}

impl IntrospectionError {
    /// Returns when a retry may succeed: after a second where only others have to finish first.
    pub(super) fn new(fault: IntrospectionFault) -> Self {
        let seconds = match fault {
            IntrospectionFault::TooManyWaiting(_) | IntrospectionFault::Busy(_) => 1,
            _ => 5,
        };
        Self {
            fault,
            retry_after: Duration::from_secs(seconds),
        }
    }
}
