//! Auth0's error bodies.

use actix_web::http::StatusCode;
use serde_json::json;

use crate::client_request::ParametersError;
use crate::keys::KeyError;
use crate::refusal::Refusal;
use crate::sessions::RefreshError;
use crate::sign_in::{AuthorizationError, ClientError, CodeError, DeviceError, GrantError};

pub(super) fn unreadable(error: ParametersError) -> Refusal {
    invalid_request(&error.to_string())
}

/// A parameter is missing.
pub(super) fn missing(parameter: &str) -> Refusal {
    invalid_request(&format!("Missing required parameter: {parameter}"))
}

/// There is no such grant type.
pub(super) fn unsupported_grant() -> Refusal {
    let status = StatusCode::BAD_REQUEST;
    refusal(status, "unsupported_grant_type", "Grant type not supported")
}

/// Auth0 has this grant type, and the local issuer does not.
pub(super) fn grant_not_here(grant_type: &str) -> Refusal {
    let description = format!(
        "This local issuer does not have the grant type {grant_type}, only authorization_code, refresh_token, device_code and client_credentials"
    );
    refusal(StatusCode::FORBIDDEN, "unauthorized_client", &description)
}

/// The client id or the client secret is unknown.
pub(super) fn wrong_client() -> Refusal {
    refusal(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized")
}

/// No API was named, and the tenant has no default one.
pub(super) fn no_audience() -> Refusal {
    denied("Non-global clients are not allowed access to APIv1")
}

/// The tenant has no such API.
pub(super) fn unknown_audience(audience: &str) -> Refusal {
    denied(&format!("Service not enabled within domain: {audience}"))
}

/// The API is there, but the client has no grant for it.
pub(super) fn no_client_grant(audience: &str) -> Refusal {
    denied(&format!(
        "Client is not authorized to access \"{audience}\". You need to create a \"client-grant\" associated to this API. \
         See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
    ))
}

/// The path is not there.
pub(super) fn not_found(message: &str) -> Refusal {
    refusal(StatusCode::NOT_FOUND, "not_found", message)
}

/// The client is not for this organization.
pub(super) fn wrong_organization(organization: &str) -> Refusal {
    denied(&format!(
        "The client is not allowed in the organization {organization}"
    ))
}

pub(super) fn cannot_sign(error: KeyError) -> Refusal {
    tracing::error!(error.code = error.code(), "could not make a token: {error}");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refusal(status, "server_error", "The local issuer could not sign")
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
        ClientError::Wrong => wrong_client(),
    }
}

/// A code cannot be redeemed.
pub(super) fn code(error: CodeError) -> Refusal {
    match error {
        CodeError::NoVerifier => missing("code_verifier"),
        CodeError::Verifier => invalid_grant("Failed to verify code verifier"),
        CodeError::RedirectUri => invalid_grant(
            "The redirect URI is wrong. It must be the one of the authorization request.",
        ),
        CodeError::Random => cannot_sign(KeyError::Generate),
        _ => unknown_code(),
    }
}

/// A device gets no tokens, or not yet.
fn device(error: DeviceError) -> Refusal {
    let (status, error, description) = match error {
        DeviceError::Pending => (
            StatusCode::FORBIDDEN,
            "authorization_pending",
            "User has yet to authorize device code.",
        ),
        DeviceError::SlowDown => (
            StatusCode::TOO_MANY_REQUESTS,
            "slow_down",
            "You are polling faster than the specified interval of 5 seconds.",
        ),
        DeviceError::Denied => (
            StatusCode::FORBIDDEN,
            "access_denied",
            "User cancelled the confirmation prompt.",
        ),
        DeviceError::Expired => (
            StatusCode::FORBIDDEN,
            "expired_token",
            "The device code has expired.",
        ),
        DeviceError::Unknown => return invalid_grant("Invalid or expired device code."),
        DeviceError::Random => return cannot_sign(KeyError::Generate),
    };
    refusal(status, error, description)
}

/// A device cannot ask for this.
pub(super) fn authorization(error: AuthorizationError) -> Refusal {
    let status = match error.error {
        "access_denied" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    refusal(status, error.error, &error.description)
}

/// Auth0 does not say what is wrong with a code.
pub(super) fn unknown_code() -> Refusal {
    invalid_grant("Invalid authorization code")
}

/// Auth0 does not say what is wrong with a refresh token.
pub(super) fn refresh(_: RefreshError) -> Refusal {
    invalid_grant("Unknown or invalid refresh token.")
}

/// A refresh asked for a scope that was not granted before.
fn scope(beyond: &str) -> Refusal {
    let description = format!("The scope {beyond} was not granted");
    refusal(StatusCode::BAD_REQUEST, "invalid_scope", &description)
}

/// The token to be revoked is another client's.
pub(super) fn foreign_token() -> Refusal {
    invalid_request("The token was issued to another client")
}

/// There is no access token for the userinfo endpoint.
pub(super) fn no_token() -> Refusal {
    unauthorized("invalid_request", "The access token is missing")
}

/// The access token is not for the userinfo endpoint.
pub(super) fn wrong_token() -> Refusal {
    unauthorized(
        "invalid_token",
        "The access token is invalid or has expired",
    )
}

fn unauthorized(error: &str, description: &str) -> Refusal {
    refusal(StatusCode::UNAUTHORIZED, error, description)
}

fn invalid_grant(description: &str) -> Refusal {
    refusal(StatusCode::FORBIDDEN, "invalid_grant", description)
}

fn invalid_request(description: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, "invalid_request", description)
}

fn denied(description: &str) -> Refusal {
    refusal(StatusCode::FORBIDDEN, "access_denied", description)
}

fn refusal(status: StatusCode, error: &str, description: &str) -> Refusal {
    let body = json!({ "error": error, "error_description": description });
    Refusal::new(status, body).with_header("cache-control", "no-store")
}
