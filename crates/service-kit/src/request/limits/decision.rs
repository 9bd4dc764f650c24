//! Whether a request is within its limits, and how the response says so.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use identity_actix::ApiError;

use super::key::Key;
use super::limit::Limit;

/// The policies of the limits that a request was counted by.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of them.
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What a decision takes from a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cost {
    /// One request.
    One,
    /// Nothing: is there room for one?
    Nothing,
}

/// A limit that a request meets.
#[derive(Clone, Copy)]
pub(crate) struct Charge<'l> {
    pub(super) limit: &'l Limit,
    pub(super) key: Key,
    pub(super) cost: Cost,
}

/// What one limit says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was counted, and this many more would be accepted at once.
    Within {
        /// The number of requests.
        remaining: u32,
    },
    /// It was not counted, and would be accepted after this time.
    Over {
        /// The time to wait.
        wait: Duration,
    },
}

/// What a response says about a limit that its request was counted by.
#[derive(Debug, Default)]
pub(crate) struct Told(Option<(HeaderValue, HeaderValue)>);

impl Told {
    /// Returns what it says about this limit.
    pub(super) fn about(limit: &Limit, remaining: u32) -> Self {
        Self(Some((
            limit.policy(),
            limit.told(remaining, limit.interval()),
        )))
    }

    /// Adds the headers. Another decision may have added its own: a list may be on several lines (RFC 9651, section 3.1).
    pub(super) fn put(self, headers: &mut HeaderMap) {
        if let Some((policy, told)) = self.0 {
            headers.append(RATE_LIMIT_POLICY, policy);
            headers.append(RATE_LIMIT, told);
        }
    }
}

/// Returns the response to a request over this limit. `wait` is for the client: `Retry-After`.
pub(super) fn refusal(limit: &Limit, wait: Duration) -> HttpResponse {
    limit.count_refusal();
    tracing::debug!(
        rate_limit.name = limit.name(),
        "too many requests: over the limit {}",
        limit.name()
    );
    let mut response = ApiError::too_many_requests(wait).error_response();
    let headers = response.headers_mut();
    headers.append(RATE_LIMIT_POLICY, limit.policy());
    headers.append(RATE_LIMIT, limit.told(0, wait));
    response
}
