//! Auth0's error body.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::keys::KeyError;

/// A refusal in Auth0's words.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl Refusal {
    /// 400: the body cannot be read.
    pub(crate) fn unreadable(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// 400: a parameter is missing.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            format!("Missing required parameter: {parameter}"),
        )
    }

    /// 400: no such grant type.
    pub(crate) fn unsupported_grant() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "Grant type not supported",
        )
    }

    /// 403: a grant type the client does not have.
    pub(crate) fn grant_not_allowed(grant_type: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            format!("Grant type '{grant_type}' not allowed for the client."),
        )
    }

    /// 401: a client id or a client secret that nobody has.
    pub(crate) fn wrong_client() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized")
    }

    /// 403: no API was named, and the tenant has no default one.
    pub(crate) fn no_audience() -> Self {
        Self::denied("Non-global clients are not allowed access to APIv1")
    }

    /// 403: the tenant has no such API.
    pub(crate) fn unknown_audience(audience: &str) -> Self {
        Self::denied(format!("Service not enabled within domain: {audience}"))
    }

    /// 403: the API is there, but the client has no grant for it.
    pub(crate) fn no_client_grant(audience: &str) -> Self {
        Self::denied(format!(
            "Client is not authorized to access \"{audience}\". You need to create a \"client-grant\" associated to this API. \
             See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
        ))
    }

    /// 404: no such address.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "No such path")
    }

    fn denied(description: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
        }
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        tracing::error!(error.code = error.code(), "could not make a token: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "The local issuer could not sign",
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error, self.description)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status)
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .json(json!({ "error": self.error, "error_description": self.description }))
    }
}
