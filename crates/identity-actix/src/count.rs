//! The middleware that counts.

use std::rc::Rc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::activity::Activity;
use crate::figures::{HttpFigures, method_label};

/// Middleware, to be used with `actix_web::middleware::from_fn`: counts every request in the app's [`Activity`], and its
/// answer in the [`figures`](crate::figures).
pub async fn count_requests<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(activity) = request.app_data::<web::Data<Activity>>() {
        activity.count_request();
    }
    let figures = request.app_data::<Rc<HttpFigures>>().cloned();
    let (method, began) = (method_label(request.method()), Instant::now());
    let outcome = next.call(request).await;
    if let Some(figures) = figures {
        let (route, status) = match &outcome {
            Ok(response) => (response.request().match_pattern(), response.status()),
            // Its request is lost. Routes answer: this is a middleware that does not.
            Err(error) => (None, error.as_response_error().status_code()),
        };
        figures.answered(route, method, status, began.elapsed());
    }
    outcome
}
