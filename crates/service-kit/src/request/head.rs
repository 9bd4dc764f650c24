//! `HEAD` requests.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// Handles a `HEAD` request as a `GET` request to the same path (RFC 9110, section 9.3.2). The server omits the body.
pub(crate) fn as_get(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}
