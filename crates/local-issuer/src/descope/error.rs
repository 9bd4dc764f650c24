//! Descope's own error body, which is not the one of RFC 6749.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::keys::KeyError;

/// A refusal in Descope's words.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    message: String,
}

impl Refusal {
    /// 400: a value is not one of those that are allowed.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "E011003",
            "Request is invalid",
            message,
        )
    }

    /// 400: the body is not what its content type says.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E011001", "Bad request", message)
    }

    /// 400: something is missing.
    pub(crate) fn missing(argument: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "E011002",
            "Missing arguments",
            format!("The {argument} field is required"),
        )
    }

    /// 400: a value names nothing that is there.
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "E011004",
            "Invalid arguments",
            message,
        )
    }

    /// 401: no access key.
    pub(crate) fn no_access_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "E062802",
            "Missing access key",
            "Access key is missing",
        )
    }

    /// 401: an access key, or a client id and its secret, that nobody has.
    pub(crate) fn wrong_access_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "E062803",
            "Invalid access key",
            "Failed to validate access key",
        )
    }

    /// 404: no such address.
    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "E011004",
            "Invalid arguments",
            "No such path or project",
        )
    }

    fn new(
        status: StatusCode,
        code: &'static str,
        description: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            description,
            message: message.into(),
        }
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        tracing::error!(error.code = error.code(), "could not make a token: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "E000000",
            "Internal error",
            "The local issuer could not sign",
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status)
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .json(json!({
                "errorCode": self.code,
                "errorDescription": self.description,
                "errorMessage": self.message,
            }))
    }
}
