//! Problem responses to queries, paths and bodies that cannot be parsed.

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::web::{JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{Error, HttpRequest};

use super::body_deadline::is_late;
use crate::settings::InputLimits;
use identity_actix::ApiError;

impl InputLimits {
    /// Adds the limits to an app, and problem responses for input that cannot be parsed.
    pub(crate) fn configure(self, app: &mut ServiceConfig) {
        let limit = self.max_body_bytes;
        app.app_data(self)
            .app_data(PayloadConfig::new(limit))
            .app_data(
                JsonConfig::default()
                    .limit(limit)
                    .error_handler(move |error, _| json(&error, self).into()),
            )
            .app_data(QueryConfig::default().error_handler(query))
            .app_data(PathConfig::default().error_handler(path));
    }
}

fn json(error: &JsonPayloadError, limits: InputLimits) -> ApiError {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            ApiError::payload_too_large(limits.max_body_bytes)
        }
        JsonPayloadError::ContentType => ApiError::unsupported_media_type("application/json"),
        JsonPayloadError::Deserialize(error) => {
            ApiError::bad_request(format!("The body does not parse: {error}"))
        }
        JsonPayloadError::Payload(error) if is_late(error) => {
            ApiError::request_timeout(limits.body_timeout)
        }
        _ => ApiError::bad_request("The body could not be read"),
    }
}

fn query(error: QueryPayloadError, _: &HttpRequest) -> Error {
    ApiError::bad_request(match error {
        QueryPayloadError::Deserialize(error) => format!("The query does not parse: {error}"),
        _ => "The query does not parse".to_owned(),
    })
    .into()
}

fn path(error: PathError, _: &HttpRequest) -> Error {
    ApiError::bad_request(match error {
        PathError::Deserialize(error) => format!("The path does not parse: {error}"),
        _ => "The path does not parse".to_owned(),
    })
    .into()
}
