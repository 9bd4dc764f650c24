//! The request id in the response.

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderValue;
use identity_actix::REQUEST_ID_HEADER;
use tracing_actix_web::RequestId;
use uuid::Uuid;

/// Returns the id that the log assigned to the request.
pub(crate) fn of(request: &impl HttpMessage) -> Option<Uuid> {
    let extensions = request.extensions();
    extensions.get::<RequestId>().map(|id| **id)
}

/// Adds the request id to the response.
///
/// An id that the client sends is ignored: it could be anything, and any number of requests could share it.
pub(crate) fn put<B>(id: Option<Uuid>, response: &mut ServiceResponse<B>) {
    if let Some(value) = id.and_then(header) {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
}

fn header(id: Uuid) -> Option<HeaderValue> {
    let mut text = [0; 36];
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
}
