//! Counting of requests and responses.

use std::rc::Rc;
use std::time::Instant;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, web};

use crate::observe::Activity;
use crate::observe::metrics::{API_ERRORS, HttpMetrics, method_label};
use identity_actix::ErrorCode;
use metrics::counter;

/// A request that was counted, and whose response is yet to be counted.
pub(crate) struct Counted(Option<Begun>);

struct Begun {
    metrics: Rc<HttpMetrics>,
    method: &'static str,
    at: Instant,
}

/// Counts an error response by its code.
pub(crate) fn error<B>(response: &ServiceResponse<B>) {
    if let Some(code) = response.response().extensions().get::<ErrorCode>() {
        counter!(API_ERRORS, "code" => code.as_str()).increment(1);
    }
}

impl Counted {
    /// Counts the request in the app's [`Activity`].
    pub(crate) fn begin(request: &ServiceRequest) -> Self {
        if let Some(activity) = request.app_data::<web::Data<Activity>>() {
            activity.count_request();
        }
        let metrics = request.app_data::<Rc<HttpMetrics>>();
        let metrics = metrics.filter(|metrics| metrics.are_wanted());
        Self(metrics.map(|metrics| Begun {
            metrics: Rc::clone(metrics),
            method: method_label(request.method()),
            at: Instant::now(),
        }))
    }

    /// Counts its response in the [`metrics`](crate::metrics).
    pub(crate) fn end<B>(self, outcome: &Result<ServiceResponse<B>, Error>) {
        let Some(begun) = self.0 else { return };
        let (route, status) = match outcome {
            Ok(response) => (response.request().match_pattern(), response.status()),
            // The request is lost. Routes always return a response, so the error comes from middleware.
            Err(error) => (None, error.as_response_error().status_code()),
        };
        let took = begun.at.elapsed();
        begun.metrics.answered(route, begun.method, status, took);
    }
}
