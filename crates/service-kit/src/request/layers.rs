//! The middleware of every request, inside and outside CORS.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

use super::count::{self, Counted};
use super::{body_deadline, cors, request_id, security_headers};
use crate::index;
use crate::observe::audit;
use crate::serve::stopping;
use identity_actix::with_request_id;

/// Middleware inside CORS: counts the request in the app's [`Activity`](crate::Activity), if it has one, and its
/// response in the [`metrics`](crate::metrics), handles `HEAD` as `GET`, names `Accept` in `Vary` where the response depends on it, and limits the time for the body to
/// [`InputLimits::body_timeout`](crate::InputLimits::body_timeout).
pub(crate) async fn inside_cors<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody + use<B>>, Error> {
    let counted = Counted::begin(&request);
    if request.method() == Method::HEAD {
        // RFC 9110, section 9.3.2. The server omits the body.
        request.head_mut().method = Method::GET;
    }
    let body = body_deadline::set(&mut request);
    let outcome = next.call(request).await;
    counted.end(&outcome);
    let mut response = outcome?;
    index::vary(&mut response);
    Ok(body.kept_by(response))
}

/// Middleware outside CORS and inside the log: emits the audit event, adds the request id and the security headers to the
/// response, turns a rejected preflight into a problem response, and closes every connection after its response once the
/// service is stopping.
pub(crate) async fn outside_cors<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let stopping = stopping::note(&request);
    let id = request_id::of(&request);
    let given = security_headers::Circumstances::of(request.request());
    let answer = async { next.call(request).await.map(cors::as_problem) };
    let mut response = with_request_id(id, answer).await?;
    count::error(&response);
    audit::note(&response);
    request_id::put(id, &mut response);
    security_headers::put(given, &mut response);
    stopping::close(stopping.as_ref(), &mut response);
    Ok(response)
}
