//! `HEAD` requests.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// A `HEAD` request is answered as the `GET` request to the same path would be, without the body (RFC 9110, section
/// 9.3.2). The server leaves the body out.
pub(crate) fn as_get(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}
