//! What the control plane answers when it does not do what it was asked.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

use crate::faults::FaultError;
use crate::keys::KeyError;
use crate::mint::MintError;

/// A refusal: what was wrong, and what is expected.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    member: Option<String>,
}

impl Refusal {
    pub(super) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "Expected the control token",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "No such control")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Expected POST",
        )
    }

    /// 400: the body is no JSON.
    pub(super) fn unreadable(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("Expected a body of at most {limit} bytes"),
        )
    }

    /// 422: a member is not as it should be.
    pub(super) fn member(member: impl Into<String>, expected: impl fmt::Display) -> Self {
        let member = member.into();
        let description = format!("{member}: {expected}");
        Self {
            member: Some(member),
            ..Self::invalid(description)
        }
    }

    /// 422: the members together are not as they should be.
    pub(super) fn invalid(description: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_input",
            description,
        )
    }

    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            member: None,
        }
    }
}

impl From<FaultError> for Refusal {
    fn from(error: FaultError) -> Self {
        match error {
            FaultError::Value { member, expected } => {
                let member = if member == "requests" {
                    member.to_owned()
                } else {
                    format!("fault.{member}")
                };
                Self::member(member, expected)
            }
            FaultError::TooMany(_) => Self::invalid(error.to_string()),
        }
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        if matches!(
            error,
            KeyError::TooMany { .. } | KeyError::Unsuitable { .. }
        ) {
            return Self::invalid(error.to_string());
        }
        tracing::error!(error.code = error.code(), "the keys failed: {error}");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "server_error", "The keys failed; the log says why")
    }
}

impl From<MintError> for Refusal {
    fn from(error: MintError) -> Self {
        match error {
            MintError::UnknownPersona(_) => Self::member("persona", error),
            MintError::NoSuchToken { .. } => Self::member("kind", error),
            MintError::NoSuchKey(_) | MintError::CannotSign(_) => Self::member("signer", error),
            MintError::Unsuitable { .. } => Self::member("signature", error),
            MintError::Key(error) => error.into(),
        }
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
        let mut body = Map::new();
        body.insert("error".to_owned(), self.error.into());
        let description = Value::from(self.description.as_str());
        body.insert("error_description".to_owned(), description);
        if let Some(member) = &self.member {
            body.insert("member".to_owned(), member.as_str().into());
        }
        let mut response = HttpResponse::build(self.status);
        match self.status {
            StatusCode::UNAUTHORIZED => {
                response.insert_header((WWW_AUTHENTICATE, r#"Bearer realm="local-issuer""#));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                response.insert_header((ALLOW, "POST"));
            }
            _ => {}
        }
        response.json(body)
    }
}
