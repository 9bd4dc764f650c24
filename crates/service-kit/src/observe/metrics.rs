//! The metrics that a service reports through the `metrics` facade: their names, units and meanings.
//!
//! With `METRICS_ADDR` a service's program shows them to Prometheus ([`ServiceSettings`](crate::settings::ServiceSettings)).
//! Whoever puts a server together in another way installs a recorder of their own first of all, before keys and
//! authenticator are made, and calls [`describe`] once. Without a recorder all of this costs next to nothing.
//!
//! | figure | kind | unit | labels | meaning |
//! |---|---|---|---|---|
//! | `http_requests_total` | counter | | `route`, `method`, `status` | answered requests, without CORS preflights |
//! | `http_request_duration_seconds` | histogram | s | `route`, `method` | from the request's head to the answer's; what is streamed afterwards is not in it |
//! | `api_errors_total` | counter | | `code` | error answers, by their [`ErrorCode`](crate::ErrorCode) |
//! | `identity_tokens_total` | counter | | `issuer`, `outcome` | tokens: `verified`, or the code of the refusal |
//! | `identity_token_cache_hits_total` | counter | | | tokens that were verified before and still stand |
//! | `identity_token_cache_misses_total` | counter | | | tokens that were not in the cache |
//! | `identity_token_cache_dropped_total` | counter | | | tokens in the cache that no longer stand |
//! | `identity_token_cache_entries` | gauge | | | tokens in the cache |
//! | `identity_token_cache_bytes` | gauge | bytes | | what they take up |
//! | `identity_keys` | gauge | | `issuer` | keys in use |
//! | `identity_keys_skipped` | gauge | | `issuer` | published keys that cannot be used |
//! | `identity_key_age_seconds` | gauge | s | `issuer` | since the keys in use were fetched |
//! | `identity_key_failing_seconds` | gauge | s | `issuer` | since the first of the failed fetches in a row; 0 while they succeed |
//! | `identity_key_fetches_total` | counter | | `issuer`, `outcome` | fetches: `success`, or what failed |
//! | `identity_key_refetches_total` | counter | | `issuer`, `outcome` | refetches for unknown key ids |
//! | `identity_key_waiting_requests` | gauge | | `issuer` | requests that wait for keys now |
//! | `identity_key_turned_away_total` | counter | | `issuer` | requests that found no place to wait |
//!
//! [`identity_core::metrics`] says more of those that begin with `identity_`.
//!
//! `route` is the pattern of the route, such as `/api/users/{user_id}`, and `none` where no route has the path; `method`
//! is `other` where it is none of those that routes have. No label ever comes from a path, a header or a token, so that
//! no stranger can make more of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};

/// Answered requests, by route, method and status.
pub const HTTP_REQUESTS: &str = "http_requests_total";
/// How long they took, by route and method.
pub const HTTP_DURATION: &str = "http_request_duration_seconds";
/// Error answers, by code.
pub const API_ERRORS: &str = "api_errors_total";

/// The upper bounds of [`HTTP_DURATION`]'s buckets, in seconds.
pub const HTTP_DURATION_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static WANTED: AtomicBool = AtomicBool::new(false);

/// Tells the recorder that is installed what each figure means, those of [`identity_core`] among them. Apps that are
/// made from then on count their answers.
pub fn describe() {
    WANTED.store(true, Ordering::Relaxed);
    identity_core::metrics::describe();
    describe_counter!(
        HTTP_REQUESTS,
        Unit::Count,
        "Answered requests, by route, method and status"
    );
    describe_histogram!(
        HTTP_DURATION,
        Unit::Seconds,
        "From the request's head to the answer's, by route and method"
    );
    describe_counter!(API_ERRORS, Unit::Count, "Error answers, by code");
}

/// Looks up each figure of one worker's answers once, at the first of them.
pub(crate) struct HttpMetrics {
    wanted: bool,
    routes: RefCell<HashMap<String, Vec<Answers>>>,
}

/// Answers of one route to one method with one status.
struct Answers {
    method: &'static str,
    status: StatusCode,
    count: Counter,
    duration: Histogram,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            wanted: WANTED.load(Ordering::Relaxed),
            routes: RefCell::default(),
        }
    }
}

impl HttpMetrics {
    /// Whether anybody asked for metrics, so that it is worth while to find out which route answered.
    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// A request to this route was answered. `None`: no route has its path.
    pub(crate) fn answered(
        &self,
        route: Option<String>,
        method: &'static str,
        status: StatusCode,
        took: Duration,
    ) {
        let route = route.unwrap_or_else(|| "none".to_owned());
        let mut routes = self.routes.borrow_mut();
        let known = routes.get(&route).and_then(|answers| {
            let mut answers = answers.iter();
            answers.find(|one| one.method == method && one.status == status)
        });
        if let Some(answers) = known {
            answers.note(took);
            return;
        }
        let answers = Answers::of(route.clone(), method, status);
        answers.note(took);
        routes.entry(route).or_default().push(answers);
    }
}

impl Answers {
    fn of(route: String, method: &'static str, status: StatusCode) -> Self {
        let code = status.as_str().to_owned();
        Self {
            method,
            status,
            count: counter!(HTTP_REQUESTS, "route" => route.clone(), "method" => method, "status" => code),
            duration: histogram!(HTTP_DURATION, "route" => route, "method" => method),
        }
    }

    fn note(&self, took: Duration) {
        self.count.increment(1);
        self.duration.record(took.as_secs_f64());
    }
}

impl fmt::Debug for HttpMetrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpMetrics")
            .finish_non_exhaustive()
    }
}

/// The method as a label: a client can make up any number of others.
pub(crate) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
