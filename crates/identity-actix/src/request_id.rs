//! The id of the request that is being answered.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
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

/// Middleware, to be used with `actix_web::middleware::from_fn` inside of
/// [`TracingLogger`](crate::telemetry::RequestLog): names the request in its answer.
///
/// An id that the client sends is not taken over: it could be anything, and any number of requests could share it.
pub async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.extensions().get::<RequestId>().copied();
    let mut response = CURRENT.scope(id, next.call(request)).await?;
    if let Some(value) = id.and_then(header) {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
    Ok(response)
}

fn header(id: RequestId) -> Option<HeaderValue> {
    let mut text = [0; 36];
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
}
