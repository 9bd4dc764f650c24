//! The responses of the control plane when it does not do what it was asked.

use std::fmt::Display;

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use crate::faults::FaultError;
use crate::keys::KeyError;
use crate::mint::MintError;
use crate::refusal::Refusal;

pub(super) fn unauthorized() -> Refusal {
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, "invalid_token", "Expected the control token")
        .with_header("www-authenticate", r#"Bearer realm="local-issuer""#)
}

pub(super) fn not_found() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "not_found", "No such control")
}

pub(super) fn method_not_allowed() -> Refusal {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    refusal(status, "method_not_allowed", "Expected POST").with_header("allow", "POST")
}

/// The body is no JSON.
pub(super) fn unreadable(description: impl AsRef<str>) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, "invalid_request", description)
}

pub(super) fn too_large(limit: usize) -> Refusal {
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    let description = format!("Expected a body of at most {limit} bytes");
    refusal(status, "payload_too_large", description)
}

/// A member is not as it should be.
pub(super) fn member(member: &str, expected: impl Display) -> Refusal {
    let description = format!("{member}: {expected}");
    let mut body = body("invalid_input", &description);
    if let Some(body) = body.as_object_mut() {
        body.insert("member".to_owned(), member.into());
    }
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, body)
}

/// The members together are not as they should be.
pub(super) fn invalid(description: impl Display) -> Refusal {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    refusal(status, "invalid_input", description.to_string())
}

impl From<FaultError> for Refusal {
    fn from(error: FaultError) -> Self {
        match error {
            FaultError::Value {
                member: "requests",
                expected,
            } => member("requests", expected),
            FaultError::Value {
                member: wrong,
                expected,
            } => member(&format!("fault.{wrong}"), expected),
            FaultError::TooMany(_) => invalid(error),
        }
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        if matches!(
            error,
            KeyError::TooMany { .. } | KeyError::Unsuitable { .. }
        ) {
            return invalid(error);
        }
        tracing::error!(error.code = error.code(), "the keys failed: {error}");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        refusal(status, "server_error", "The keys failed; the log says why")
    }
}

impl From<MintError> for Refusal {
    fn from(error: MintError) -> Self {
        match error {
            MintError::UnknownPersona(_) => member("persona", error),
            MintError::NoSuchToken { .. } => member("kind", error),
            MintError::NoSuchKey(_) | MintError::CannotSign(_) => member("signer", error),
            MintError::Unsuitable { .. } => member("signature", error),
            MintError::Key(error) => error.into(),
        }
    }
}

fn refusal(status: StatusCode, error: &str, description: impl AsRef<str>) -> Refusal {
    Refusal::new(status, body(error, description.as_ref()))
}

fn body(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}
