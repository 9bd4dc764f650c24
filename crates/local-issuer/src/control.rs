//! The control plane, `POST /_control/...`: what a test may do to a running issuer from outside.
//!
//! Without a control token it is not there at all.
//! Each call does what a method of [`ProviderHandle`] does, for callers of any language.

mod clock;
mod faults;
mod input;
mod keys;
mod mint;
mod refusal;
mod requests;
mod rotate;
mod state;

use actix_web::body::MessageBody;
use actix_web::dev::{Handler, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, Resource, Responder, ResponseError, web};

use self::refusal::Refusal;
use crate::client_request::authorization;
use crate::provider::{ProviderHandle, ProviderState};

const PREFIX: &str = "/_control";

/// Adds the control plane if there is a token for it.
pub(crate) fn routes(provider: &web::Data<ProviderState>, app: &mut web::ServiceConfig) {
    if provider.control_token.is_none() {
        return;
    }
    let state = provider.clone().into_inner();
    let scope = web::scope(PREFIX)
        .app_data(web::PayloadConfig::new(provider.limits.body_bytes))
        .app_data(web::Data::new(ProviderHandle { state }))
        .service(call("/state", state::state))
        .service(call("/reset", state::reset))
        .service(call("/rotate", rotate::rotate))
        .service(call("/keys/publish", keys::publish))
        .service(call("/keys/hostile", keys::hostile))
        .service(call("/keys/withhold", keys::withhold))
        .service(call("/keys/withdraw", keys::withdraw))
        .service(call("/keys/restore", keys::restore))
        .service(call("/keys/remove", keys::remove))
        .service(call("/faults", faults::set))
        .service(call("/faults/clear", faults::clear))
        .service(call("/clock", clock::clock))
        .service(call("/mint", mint::mint))
        .service(call("/requests", requests::requests))
        .default_service(web::to(async || Refusal::not_found().error_response()))
        .wrap(from_fn(authenticate));
    app.service(scope);
}

/// Whether this path is the control plane's.
pub(crate) fn owns(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path that answers `POST` and nothing else.
fn call<F, Arguments>(path: &str, handler: F) -> Resource
where
    F: Handler<Arguments>,
    Arguments: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::post().to(handler))
        .default_service(web::to(async || {
            Refusal::method_not_allowed().error_response()
        }))
}

async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let provider = request.app_data::<web::Data<ProviderState>>();
    let expected = provider.and_then(|provider| provider.control_token.as_ref());
    let allowed = expected
        .zip(authorization(request.request(), "Bearer"))
        .is_some_and(|(expected, given)| expected.matches(given));
    if allowed {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let refusal = Refusal::unauthorized().error_response();
    Ok(request.into_response(refusal).map_into_right_body())
}
