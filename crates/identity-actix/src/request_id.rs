//! The id of the request that is being answered.

use actix_web::HttpMessage;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use tracing_actix_web::RequestId;

/// The header that names the request in its answer. Stands in the service's log as `request_id`.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Option<RequestId>;
}

/// The id of the request that this task is answering: an error answer has no other way to know.
pub(crate) fn current() -> Option<String> {
    CURRENT
        .try_with(|id| id.map(|id| id.to_string()))
        .ok()
        .flatten()
}

/// The id that the log gave the request.
pub(crate) fn of(request: &ServiceRequest) -> Option<RequestId> {
    request.extensions().get::<RequestId>().copied()
}

/// While `answering` runs, [`current`] is this id.
pub(crate) fn during<F: Future>(
    id: Option<RequestId>,
    answering: F,
) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, answering)
}

/// Names the request in its answer.
///
/// An id that the client sends is not taken over: it could be anything, and any number of requests could share it.
pub(crate) fn put<B>(id: Option<RequestId>, response: &mut ServiceResponse<B>) {
    if let Some(value) = id.and_then(header) {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
}

fn header(id: RequestId) -> Option<HeaderValue> {
    let mut text = [0; 36];
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
}
