//! Cross-origin requests from browsers.

use actix_cors::{Cors, CorsError};
use actix_web::ResponseError;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderName, LINK, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::middleware::Condition;

use super::limits::{RATE_LIMIT, RATE_LIMIT_POLICY};
use identity_actix::ApiError;
use identity_actix::REQUEST_ID_HEADER;

/// Sent by Swagger UI when it signs in at another origin.
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Returns the CORS middleware for these origins, whose pages may also send these request headers. Without origins there
/// are no CORS headers; `*` allows every origin.
///
/// Credentials (cookies) are never allowed: callers are identified by their bearer token alone. Error responses have
/// the headers too, so that a page can see a 401.
pub(crate) fn cors(origins: &[String], headers: &[String]) -> Condition<Cors> {
    let any = origins.iter().any(|origin| origin == "*");
    let base = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, X_REQUESTED_WITH])
        .allowed_headers(headers)
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER, LINK, REQUEST_ID_HEADER])
        .expose_headers([RATE_LIMIT_POLICY, RATE_LIMIT])
        .max_age(600);
    let cors = if any {
        base.send_wildcard().allow_any_origin()
    } else {
        origins
            .iter()
            .fold(base, |cors, origin| cors.allowed_origin(origin))
    };
    Condition::new(!origins.is_empty(), cors)
}

/// Replaces the response to a preflight that [`cors`] rejected with a problem response, as for every other error.
pub(crate) fn as_problem<B: MessageBody>(
    response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B>> {
    let refusal = response
        .response()
        .error()
        .and_then(|error| error.as_error::<CorsError>());
    let Some(refusal) = refusal.map(ToString::to_string) else {
        return response.map_into_left_body();
    };
    let problem = ApiError::bad_request(refusal).error_response();
    response.into_response(problem).map_into_right_body()
}
