//! What is done for every request, whatever its route.
//!
//! Two functions, each to be used with `actix_web::middleware::from_fn`, one on either side of [`cors`](crate::cors), and
//! the log around all of it:
//!
//! ```
//! # use actix_web::{App, middleware::from_fn};
//! # use service_kit::{around_cors, around_routes, cors, telemetry::RequestLog};
//! let app = App::new()
//!     .wrap(from_fn(around_routes))
//!     .wrap(cors(&[]))
//!     .wrap(from_fn(around_cors))
//!     .wrap(RequestLog::new());
//! # drop(app);
//! ```

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::count::{self, Counted};
use super::{body_deadline, cors, head, request_id};
use crate::serve;
use identity_actix::with_request_id;

/// Inside of [`cors`](crate::cors): counts the request in the app's [`Activity`](crate::Activity) and its answer in the
/// [`metrics`](crate::metrics), answers `HEAD` as `GET`, and gives a body no longer than
/// [`InputLimits::body_timeout`](crate::InputLimits::body_timeout).
pub async fn around_routes<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody + use<B>>, Error> {
    let counted = Counted::begin(&request);
    head::as_get(&mut request);
    let body = body_deadline::set(&mut request);
    let outcome = next.call(request).await;
    counted.end(&outcome);
    Ok(body.kept_by(outcome?))
}

/// Outside of [`cors`](crate::cors) and inside of the log: names the request in its answer, answers a refused preflight
/// with a problem, and once the service is being stopped, closes every connection with its answer.
pub async fn around_cors<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let stopping = serve::note(&request);
    let id = request_id::of(&request);
    let answer = async { next.call(request).await.map(cors::as_problem) };
    let mut response = with_request_id(id, answer).await?;
    count::error(&response);
    request_id::put(id, &mut response);
    serve::close(stopping.as_ref(), &mut response);
    Ok(response)
}
