//! The metrics that a service reports through the `metrics` facade: their names, units and meanings.
//!
//! With `METRICS_ADDR`, a service exports them to Prometheus ([`ServiceSettings`](crate::settings::ServiceSettings)). A
//! program that assembles its server in another way installs its own recorder first, before keys and authenticator are
//! created, and calls [`describe`] once. Without a recorder, reporting metrics costs next to nothing.
//!
//! | metric | kind | unit | labels | meaning |
//! |---|---|---|---|---|
//! | `service_info` | gauge | | `service`, `version` | always 1 |
//! | `process_start_time_seconds` | gauge | s | | when the service began to listen, since 1970 |
//! | `service_ready` | gauge | | | 1 while `/health/ready` responds with 200, else 0 |
//! | `service_dependency_up` | gauge | | `dependency` | 1 while what the service depends on, such as `database`, can be used, else 0 |
//! | `database_connections` | gauge | | `state` | open connections: `used` or `idle` |
//! | `database_connections_max` | gauge | | | the largest number of open connections |
//! | `http_requests_total` | counter | | `route`, `method`, `status` | responses, without those to CORS preflights |
//! | `http_request_duration_seconds` | histogram | s | `route`, `method` | from the request's head to the response's; streaming of the body is not included |
//! | `api_errors_total` | counter | | `code` | error responses, by their [`ErrorCode`](identity_actix::ErrorCode) |
//! | `audit_events_dropped_total` | counter | | `reason` | audit events that are not in `AUDIT_FILE`: `queue_full`, `write_failed` |
//! | `settings_reloads_total` | counter | | `outcome` | times that the settings were read again: `applied`, `unchanged`, `refused` |
//! | `settings_refused` | gauge | | | 1 while those that changed last are refused and the service runs with those before, else 0 |
//! | `settings_loaded_timestamp_seconds` | gauge | s | | when settings were last read and not refused, in Unix time |
//! | `settings_awaiting_restart` | gauge | | | changed settings that need a restart |
//! | `rate_limited_total` | counter | | `limit` | requests over a limit, which were refused; only for the limits that are set |
//! | `rate_limit_store_up` | gauge | | | 1 while rate limits are counted in the store of `RATE_LIMIT_URL`, else 0: each process counts for itself |
//! | `identity_tokens_total` | counter | | `issuer`, `outcome` | tokens: `verified`, or the error code |
//! | `identity_introspections_total` | counter | | `issuer`, `outcome` | opaque tokens that are introspected: `active`, `inactive`, `failed`, `cached`, `turned_away` |
//! | `identity_token_cache_hits_total` | counter | | | tokens found in the cache and still valid |
//! | `identity_token_cache_misses_total` | counter | | | tokens that were not in the cache |
//! | `identity_token_cache_dropped_total` | counter | | | tokens in the cache that are no longer valid |
//! | `identity_token_cache_entries` | gauge | | | tokens in the cache |
//! | `identity_token_cache_bytes` | gauge | bytes | | memory used by the cache |
//! | `identity_keys` | gauge | | `issuer` | keys in use |
//! | `identity_keys_skipped` | gauge | | `issuer` | published keys that cannot be used |
//! | `identity_key_age_seconds` | gauge | s | `issuer` | since the keys in use were fetched |
//! | `identity_key_failing_seconds` | gauge | s | `issuer` | since the first of the failed fetches in a row; 0 while they succeed |
//! | `identity_key_fetches_total` | counter | | `issuer`, `outcome` | fetches: `success`, or the failure |
//! | `identity_key_refetches_total` | counter | | `issuer`, `outcome` | refetches for unknown key ids |
//! | `identity_key_waiting_requests` | gauge | | `issuer` | requests that wait for keys now |
//! | `identity_key_turned_away_total` | counter | | `issuer` | requests rejected because too many were waiting |
//!
//! The metrics about the service and its database are updated every 5 s, and at each request for `/health/ready`;
//! without a database there are none about it.
//!
//! [`identity_core::metrics`] documents those that begin with `identity_` in more detail.
//!
//! `route` is the pattern of the route, such as `/api/users/{user_id}`, or `none` if no route matches the path;
//! `method` is `other` if it is not a method that routes use. No label ever comes from a path, a header or a token, so
//! that clients cannot create new ones.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{
    Counter, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    histogram,
};

/// Always 1; its labels say which service this is, and its version.
pub const SERVICE_INFO: &str = "service_info";
/// When the service began to listen, in seconds since 1970.
pub const PROCESS_START: &str = "process_start_time_seconds";
/// Whether the service is ready: 1 or 0.
pub const SERVICE_READY: &str = "service_ready";
/// Whether something that the service depends on can be used, by dependency: 1 or 0.
pub const DEPENDENCY_UP: &str = "service_dependency_up";
/// Open connections to the database, by state.
pub const DATABASE_CONNECTIONS: &str = "database_connections";
/// The largest number of open connections to the database.
pub const DATABASE_CONNECTIONS_MAX: &str = "database_connections_max";
/// Responses, by route, method and status.
pub const HTTP_REQUESTS: &str = "http_requests_total";
/// The duration of requests, by route and method.
pub const HTTP_DURATION: &str = "http_request_duration_seconds";
/// Error responses, by code.
pub const API_ERRORS: &str = "api_errors_total";

/// Audit events that were dropped, by reason. Shown while a file of them is open.
pub const AUDIT_DROPPED: &str = "audit_events_dropped_total";

/// Reloads of the settings, by outcome.
pub const SETTINGS_RELOADS: &str = "settings_reloads_total";

/// Whether the changed settings are refused.
pub const SETTINGS_REFUSED: &str = "settings_refused";

/// When the settings in use were read.
pub const SETTINGS_LOADED: &str = "settings_loaded_timestamp_seconds";

/// Changed settings that need a restart.
pub const SETTINGS_AWAITING_RESTART: &str = "settings_awaiting_restart";

/// Requests over a limit, by the name of the limit.
pub const RATE_LIMITED: &str = "rate_limited_total";
/// Whether rate limits are counted in the shared store.
pub const RATE_LIMIT_STORE_UP: &str = "rate_limit_store_up";

/// The upper bounds of [`HTTP_DURATION`]'s buckets, in seconds.
pub const HTTP_DURATION_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static WANTED: AtomicBool = AtomicBool::new(false);

/// Describes each metric to the installed recorder, including those of [`identity_core`]. Apps that are created
/// afterwards count their responses.
pub fn describe() {
    WANTED.store(true, Ordering::Relaxed);
    identity_core::metrics::describe();
    describe_gauge!(
        SERVICE_INFO,
        Unit::Count,
        "Always 1, with service and version"
    );
    describe_gauge!(
        PROCESS_START,
        Unit::Seconds,
        "When the service began to listen, since 1970"
    );
    describe_gauge!(SERVICE_READY, Unit::Count, "1 while the service is ready");
    describe_gauge!(
        DEPENDENCY_UP,
        Unit::Count,
        "1 while the dependency can be used"
    );
    describe_gauge!(
        DATABASE_CONNECTIONS,
        Unit::Count,
        "Open connections to the database, by state"
    );
    describe_gauge!(
        DATABASE_CONNECTIONS_MAX,
        Unit::Count,
        "The largest number of open connections to the database"
    );
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
    describe_counter!(
        AUDIT_DROPPED,
        Unit::Count,
        "Audit events that are not in the file, by reason"
    );
    describe_counter!(
        SETTINGS_RELOADS,
        Unit::Count,
        "Reloads of the settings, by outcome"
    );
    describe_gauge!(
        SETTINGS_REFUSED,
        Unit::Count,
        "1 while changed settings are refused"
    );
    describe_gauge!(
        SETTINGS_LOADED,
        Unit::Seconds,
        "When settings were last read and not refused"
    );
    describe_gauge!(
        SETTINGS_AWAITING_RESTART,
        Unit::Count,
        "Changed settings that need a restart"
    );
    describe_counter!(
        RATE_LIMITED,
        Unit::Count,
        "Requests over a limit, by the name of the limit"
    );
    describe_gauge!(
        RATE_LIMIT_STORE_UP,
        Unit::Count,
        "1 while rate limits are counted in the shared store, else 0"
    );
}

/// Returns whether a recorder was installed, so that metrics have a reader.
pub(crate) fn are_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// Caches the metric handles of one worker: each is looked up once, at its first response.
pub(crate) struct HttpMetrics {
    wanted: bool,
    routes: RefCell<HashMap<String, Vec<Answers>>>,
}

/// The metrics of one route, method and status.
struct Answers {
    method: &'static str,
    status: StatusCode,
    count: Counter,
    duration: Histogram,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            wanted: are_wanted(),
            routes: RefCell::default(),
        }
    }
}

impl HttpMetrics {
    /// Returns whether metrics are recorded. If not, the route pattern need not be determined.
    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// Counts the response to a request. `route` is `None` if no route matches its path.
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

/// Returns the method as a label. Unknown ones are `other`, because a client can make up any number of them.
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
