//! `HEAD` requests.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Middleware, to be used with `actix_web::middleware::from_fn` around the whole app: a `HEAD` request is answered as the
/// `GET` request to the same path would be, without the body (RFC 9110, section 9.3.2). The server leaves the body out.
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
