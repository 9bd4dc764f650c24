//! What is added to requests to issuers, and the span of each.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Request, StatusCode};
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::fetch_error::FetchError;

/// Adds headers to each request to an issuer, such as `traceparent`. Default none. `Debug` shows no header.
///
/// It is called once for each request, in the span of the request. Headers that it replaces, such as `Authorization`, are
/// sent as it leaves them.
#[derive(Clone, Default)]
pub struct RequestHeaders(Option<Arc<Add>>);

type Add = dyn Fn(&mut HeaderMap) + Send + Sync;

impl RequestHeaders {
    /// Returns one that calls `add` with the headers of each request. `add` must not block.
    pub fn new(add: impl Fn(&mut HeaderMap) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(add)))
    }

    pub(crate) fn add_to(&self, request: &mut Request) {
        if let Some(add) = &self.0 {
            add(request.headers_mut());
        }
    }
}

/// Two are equal if one is a clone of the other.
impl PartialEq for RequestHeaders {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl Eq for RequestHeaders {}

impl fmt::Debug for RequestHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_set = self.0.is_some();
        formatter
            .debug_struct("RequestHeaders")
            .field("is_set", &is_set)
            .finish_non_exhaustive()
    }
}

/// Returns the span of a request, with its URL as a log may have it. Its names are those of OpenTelemetry's conventions for HTTP clients.
///
/// Its target, `spans`, is that of all spans that are only for traces: a log that does not want them leaves out one name.
pub(crate) fn span(request: &Request, shown: &str) -> Span {
    let (method, url) = (request.method(), request.url());
    info_span!(
        target: "spans",
        "issuer request",
        otel.name = %method,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %method,
        url.full = shown,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Records how a request ended.
pub(crate) fn end(span: &Span, outcome: Result<StatusCode, &FetchError>) {
    match outcome {
        Ok(status) => {
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                span.record("error.type", status.as_u16());
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", error.kind());
            span.record("otel.status_code", "ERROR");
        }
    }
}
