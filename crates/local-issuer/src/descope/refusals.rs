//! Descope's own error bodies, which are not those of RFC 6749.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::keys::KeyError;
use crate::refusal::Refusal;
use crate::sessions::RefreshError;
use crate::sign_in::{ClientError, CodeError, DeviceError, GrantError};

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

/// A person's client gets no tokens.
pub(super) fn grant(error: GrantError) -> Refusal {
    match error {
        GrantError::Client(error) => client(error),
        GrantError::Missing(parameter) => missing(parameter),
        GrantError::Code(error) => code(error),
        GrantError::Device(error) => device(error),
        GrantError::Refresh(error) => refresh(error),
        GrantError::Scope(beyond) => scope(&beyond),
    }
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

/// A device gets no tokens, or not yet. Its response has `error` and `description` besides.
fn device(error: DeviceError) -> Refusal {
    let (error, description) = match error {
        DeviceError::Pending => ("authorization_pending", "The user has not decided yet"),
        DeviceError::SlowDown => (
            "slow_down",
            "The device asks more often than every 5 seconds",
        ),
        DeviceError::Denied => ("access_denied", "The user did not agree"),
        DeviceError::Expired => ("expired_token", "The device code has expired"),
        DeviceError::Unknown => return arguments("The device_code is invalid"),
        DeviceError::Random => return cannot_sign(KeyError::Generate),
    };
    let body = json!({
        "errorCode": "E011004",
        "errorDescription": "Invalid arguments",
        "errorMessage": description,
        "error": error,
        "description": description,
    });
    let refusal = Refusal::new(StatusCode::BAD_REQUEST, body);
    refusal.with_header("cache-control", "no-store")
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
fn scope(beyond: &str) -> Refusal {
    arguments(format!("The scope {beyond} was not granted"))
}

/// An access token is missing, or is none.
pub(super) fn wrong_token() -> Refusal {
    invalid_token("Failed to validate access token")
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

/// A token, or the management key, is missing or wrong.
pub(super) fn invalid_token(message: &str) -> Refusal {
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E061005", "Invalid token", message])
}

/// The refresh token is genuine, and its session is no more.
pub(super) fn logged_out() -> Refusal {
    let message = "Expired due to logout: this local issuer has no session of this token";
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E064001", "Token expired", message])
}

pub(super) fn wrong_password() -> Refusal {
    let message = "Failed to sign in with this login id and password";
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E011004", "Invalid arguments", message])
}

pub(super) fn wrong_code() -> Refusal {
    let message = "The code is wrong, has expired, or was used before";
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E061102", "Invalid one-time code", message])
}

pub(super) fn too_many_attempts() -> Refusal {
    let message = "There were too many wrong codes; generate another one";
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E061103", "Too many attempts", message])
}

pub(super) fn not_enabled() -> Refusal {
    let message = "The user is not enabled";
    let status = StatusCode::UNAUTHORIZED;
    refusal(status, ["E011004", "Invalid arguments", message])
}

pub(super) fn no_user() -> Refusal {
    let (description, message) = ("User not found", "There is no such user");
    refusal(StatusCode::NOT_FOUND, ["E112102", description, message])
}

pub(super) fn user_exists() -> Refusal {
    let message = "Another user has this login id";
    bad_request("E062107", "User already exists", message)
}

pub(super) fn no_key() -> Refusal {
    not_found("There is no such access key")
}

pub(super) fn no_tenant(id: &str) -> Refusal {
    not_found(&format!("There is no tenant {id}"))
}

/// Something that Descope does.
pub(super) fn not_yet(what: &str) -> Refusal {
    let message = format!("This local issuer does not do {what} yet");
    let status = StatusCode::NOT_IMPLEMENTED;
    refusal(status, ["E011004", "Invalid arguments", &message])
}

/// The body is larger than a request may be.
pub(super) fn too_large() -> Refusal {
    let message = "The request body is too large";
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    refusal(status, ["E011001", "Bad request", message])
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
