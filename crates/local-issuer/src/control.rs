//! The control plane, `POST /_control/...`: what a test may do to a running issuer from outside.
//!
//! Without a control token it is not there at all.

mod requests;
mod rotate;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpResponse, web};
use serde_json::json;

use crate::client_request::authorization;
use crate::provider::ProviderState;

pub(crate) const PREFIX: &str = "/_control";

/// Adds the control plane if there is a token for it.
pub(crate) fn routes(provider: &ProviderState, app: &mut web::ServiceConfig) {
    if provider.control_token.is_some() {
        app.service(
            web::scope(PREFIX)
                .route("/rotate", web::post().to(rotate::rotate))
                .route("/requests", web::post().to(requests::requests))
                .default_service(web::to(not_found))
                .wrap(from_fn(authenticate)),
        );
    }
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
    let refusal = HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, r#"Bearer realm="local-issuer""#))
        .json(
            json!({ "error": "invalid_token", "error_description": "Expected the control token" }),
        );
    Ok(request.into_response(refusal).map_into_right_body())
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound()
        .json(json!({ "error": "not_found", "error_description": "No such control" }))
}
