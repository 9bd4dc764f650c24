//! The control plane, `POST /_control/...`: what a test may do to a running issuer from outside.
//!
//! Without a control token it is not there at all.

mod calls;
mod refusals;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data};
use actix_web::{Error, HttpResponse, ResponseError};

use self::calls::{CONTROLS, Perform};
use crate::client_request::authorization;
use crate::handle::ProviderHandle;
use crate::keys::KeyError;
use crate::provider::Provider;
use crate::refusal::Refusal;

const PREFIX: &str = "/_control";

/// Adds the control plane if there is a token for it.
pub(crate) fn routes(provider: &Data<Provider>, app: &mut web::ServiceConfig) {
    if provider.control_token.is_none() {
        return;
    }
    let mut scope =
        web::scope(PREFIX).app_data(web::PayloadConfig::new(provider.limits.body_bytes));
    for &(path, perform) in CONTROLS {
        let call = move |provider: Data<Provider>, body: Result<Bytes, Error>| {
            respond(provider.into_inner(), perform, body)
        };
        scope = scope.service(
            web::resource(path)
                .route(web::post().to(call))
                .default_service(web::to(async || {
                    refusals::method_not_allowed().error_response()
                })),
        );
    }
    app.service(
        scope
            .default_service(web::to(async || refusals::not_found().error_response()))
            .wrap(from_fn(authenticate)),
    );
}

/// Whether this path is the control plane's.
pub(crate) fn owns(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn respond(
    provider: Arc<Provider>,
    perform: Perform,
    body: Result<Bytes, Error>,
) -> Result<HttpResponse, Refusal> {
    let limit = provider.limits.body_bytes;
    let body = body.map_err(|error| match error.as_response_error().status_code() {
        actix_web::http::StatusCode::PAYLOAD_TOO_LARGE => refusals::too_large(limit),
        _ => refusals::unreadable("The body could not be read"),
    })?;
    // Generating a key takes long enough to hold up the other requests of this worker.
    let handle = ProviderHandle { state: provider };
    let performed = web::block(move || perform(&handle, &body)).await;
    let answer = performed.unwrap_or_else(|_| Err(KeyError::Generate.into()))?;
    Ok(HttpResponse::Ok().json(answer))
}

async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let provider = request.app_data::<Data<Provider>>();
    let expected = provider.and_then(|provider| provider.control_token.as_ref());
    let allowed = expected
        .zip(authorization(request.request(), "Bearer"))
        .is_some_and(|(expected, given)| expected.matches(given));
    if allowed {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let refusal = refusals::unauthorized().error_response();
    Ok(request.into_response(refusal).map_into_right_body())
}
