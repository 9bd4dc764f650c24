//! Descope's own error bodies, which are not those of RFC 6749.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::keys::KeyError;
use crate::refusal::Refusal;
use crate::sessions::RefreshError;
use crate::sign_in::{ClientError, CodeError};

/// A value is not one of those that are allowed.
pub(super) fn invalid(message: &str) -> Refusal {
    bad_request("E011003", "Request is invalid", message)
}

/// The body is not what its content type says.
pub(super) fn unreadable(message: impl AsRef<str>) -> Refusal {
    bad_request("E011001", "Bad request", message.as_ref())
}

/// Something is missing.
pub(super) fn missing(argument: &str) -> Refusal {
    let message = format!("The {argument} field is required");
    bad_request("E011002", "Missing arguments", &message)
}

/// A value names nothing that is there.
pub(super) fn arguments(message: impl AsRef<str>) -> Refusal {
    bad_request("E011004", "Invalid arguments", message.as_ref())
}

/// The client of a person could not be authenticated.
pub(super) fn client(error: ClientError) -> Refusal {
    match error {
        ClientError::Missing => missing("client_id"),
        ClientError::Wrong => wrong_access_key(),
    }
}

/// A code cannot be redeemed.
pub(super) fn code(error: CodeError) -> Refusal {
    match error {
        CodeError::NoVerifier => missing("code_verifier"),
        CodeError::Verifier => arguments("The code_verifier is wrong"),
        CodeError::RedirectUri => arguments("The redirect_uri is not the one of the authorization"),
        CodeError::Random => cannot_sign(KeyError::Generate),
        _ => unknown_code(),
    }
}

/// There is no such code, or it cannot be used any more.
pub(super) fn unknown_code() -> Refusal {
    arguments("The code is invalid or has expired")
}

/// A refresh token cannot be used.
pub(super) fn refresh(_: RefreshError) -> Refusal {
    invalid_token("Failed to validate refresh token")
}

/// A refresh asked for a scope that was not granted before.
pub(super) fn scope(beyond: String) -> Refusal {
    arguments(format!("The scope {beyond} was not granted"))
}

/// An access token is missing, or is none.
pub(super) fn wrong_token() -> Refusal {
    invalid_token("Failed to validate access token")
}

fn invalid_token(message: &str) -> Refusal {
    let words = ["E061005", "Invalid token", message];
    refusal(StatusCode::UNAUTHORIZED, words)
}

pub(super) fn no_access_key() -> Refusal {
    let (description, message) = ("Missing access key", "Access key is missing");
    refusal(StatusCode::UNAUTHORIZED, ["E062802", description, message])
}

/// The access key, or the client id and its secret, is unknown.
pub(super) fn wrong_access_key() -> Refusal {
    let (description, message) = ("Invalid access key", "Failed to validate access key");
    refusal(StatusCode::UNAUTHORIZED, ["E062803", description, message])
}

/// The path is not there.
pub(super) fn not_found(message: &str) -> Refusal {
    refusal(
        StatusCode::NOT_FOUND,
        ["E011004", "Invalid arguments", message],
    )
}

pub(super) fn cannot_sign(error: KeyError) -> Refusal {
    tracing::error!(error.code = error.code(), "could not make a token: {error}");
    let (description, message) = ("Internal error", "The local issuer could not sign");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refusal(status, ["E000000", description, message])
}

fn bad_request(code: &str, description: &str, message: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, [code, description, message])
}

fn refusal(status: StatusCode, [code, description, message]: [&str; 3]) -> Refusal {
    let body = json!({
        "errorCode": code,
        "errorDescription": description,
        "errorMessage": message,
    });
    Refusal::new(status, body).with_header("cache-control", "no-store")
}
