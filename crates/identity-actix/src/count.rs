//! Counting.

use std::rc::Rc;
use std::time::Instant;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, web};

use crate::activity::Activity;
use crate::figures::{HttpFigures, method_label};

/// A request that was counted, and whose answer is to be.
pub(crate) struct Counted(Option<Begun>);

struct Begun {
    figures: Rc<HttpFigures>,
    method: &'static str,
    at: Instant,
}

impl Counted {
    /// Counts the request in the app's [`Activity`].
    pub(crate) fn begin(request: &ServiceRequest) -> Self {
        if let Some(activity) = request.app_data::<web::Data<Activity>>() {
            activity.count_request();
        }
        let figures = request.app_data::<Rc<HttpFigures>>();
        let figures = figures.filter(|figures| figures.are_wanted());
        Self(figures.map(|figures| Begun {
            figures: Rc::clone(figures),
            method: method_label(request.method()),
            at: Instant::now(),
        }))
    }

    /// Counts its answer in the [`figures`](crate::figures).
    pub(crate) fn end<B>(self, outcome: &Result<ServiceResponse<B>, Error>) {
        let Some(begun) = self.0 else { return };
        let (route, status) = match outcome {
            Ok(response) => (response.request().match_pattern(), response.status()),
            // Its request is lost. Routes answer: this is a middleware that does not.
            Err(error) => (None, error.as_response_error().status_code()),
        };
        let took = begun.at.elapsed();
        begun.figures.answered(route, begun.method, status, took);
    }
}
