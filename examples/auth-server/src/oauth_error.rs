//! Error responses of the token endpoints: RFC 6749, section 5.2, with the additional `detail` member of other errors.

use std::fmt;
use std::iter::successors;
use std::time::Duration;

use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use service_kit::audit;
use service_kit::is_late;
use service_kit::store::is_unavailable;
use tracing::error;
use utoipa::ToSchema;

use crate::cross_site::CrossSite;
use crate::policies::INTROSPECT;
use crate::throttle::Refusal;

/// An error of a token endpoint. The status codes follow RFC 6749.
#[derive(Debug)]
pub struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    retry_after: Option<Duration>,
}

/// The body of an error response of a token endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthProblem {
    /// The error code (RFC 6749, section 5.2).
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// A human-readable description.
    #[schema(example = "The username or the password is wrong")]
    error_description: String,
    /// The same text, in the member that other errors use.
    #[schema(example = "The username or the password is wrong")]
    detail: String,
}

impl OAuthError {
    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            retry_after: None,
        }
    }

    fn bad_request(error: &'static str, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    /// Returns 400: a parameter is missing or appears twice.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// Returns 401: client authentication failed.
    pub fn invalid_client() -> Self {
        let description = "The client_id or the client_secret is wrong";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    /// Returns 400: the password or the refresh token is not valid.
    pub fn invalid_grant(description: &str) -> Self {
        Self::bad_request("invalid_grant", description)
    }

    /// Returns 400: the token belongs to another client. Its session goes on: only a second use shows that another party has
    /// the token (RFC 9700, section 4.14.2).
    pub fn of_another_client() -> Self {
        Self::invalid_grant("The token was issued to another client")
    }

    /// Returns 403: this client cannot introspect tokens.
    pub fn may_not_introspect() -> Self {
        let description = format!("The client needs the permission {INTROSPECT}");
        Self::new(StatusCode::FORBIDDEN, "unauthorized_client", description)
    }

    /// Returns 400: this client cannot use the grant type.
    pub fn unauthorized_client() -> Self {
        let description = "Only the client auth-server signs in with passwords";
        Self::bad_request("unauthorized_client", description)
    }

    /// Returns 400: this endpoint does not support the grant type.
    pub fn unsupported_grant_type(expected: &str) -> Self {
        let description = format!("The grant_type must be {expected}");
        Self::bad_request("unsupported_grant_type", description)
    }

    /// Returns 400: an access token of a machine client cannot be revoked (RFC 7009, section 2.2.1).
    pub fn unsupported_token_type() -> Self {
        let description = "Access tokens of machine clients cannot be revoked: they expire";
        Self::bad_request("unsupported_token_type", description)
    }

    /// Returns 400: none of the requested scopes can be granted.
    pub fn invalid_scope(description: &str) -> Self {
        Self::bad_request("invalid_scope", description)
    }

    /// Returns 403: the request is not allowed for a reason that OAuth does not know.
    fn access_denied(description: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    /// Returns 429 with `Retry-After`.
    fn too_many_requests(retry_after: Duration) -> Self {
        let description = "Too many attempts. Please try again later.";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self {
            retry_after: Some(retry_after),
            ..Self::new(status, "too_many_requests", description)
        }
    }

    /// Returns 503: too many sign-ins are waiting.
    pub fn busy() -> Self {
        Self::unavailable("Too many sign-ins are waiting. Please try again later.")
    }

    fn unavailable(description: &str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(status, "temporarily_unavailable", description)
        }
    }

    /// Returns 503 if the database is out of reach, else 500: an internal error. `reason` is only logged.
    pub fn internal(reason: &(dyn std::error::Error + 'static)) -> Self {
        let causes = successors(Some(reason), |cause| cause.source());
        let causes = causes.map(ToString::to_string).collect::<Vec<_>>();
        let causes = causes.join(": ");
        error!(reason = causes, "internal error: {causes}");
        if is_unavailable(reason) {
            return Self::unavailable("The database is unavailable. Please try again later.");
        }
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "Internal error",
        )
    }
}

impl OAuthError {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the description.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns what it refuses, for the audit events of service-kit. Returns `None` if it refuses neither credentials nor a
    /// right. A code and a refresh token are credentials, as a password is.
    pub fn refusal(&self) -> Option<audit::Refusal> {
        match (self.error, self.status) {
            ("invalid_client" | "invalid_grant", _) => {
                Some(audit::Refusal::Credentials(self.error))
            }
            (_, StatusCode::FORBIDDEN) => Some(audit::Refusal::Rights(self.error)),
            _ => None,
        }
    }

    /// Returns the header `Retry-After`, if a later attempt may succeed.
    pub fn retry_after(&self) -> Option<(HeaderName, HeaderValue)> {
        // Whole seconds, at least 1: 0 would mean "at once".
        let seconds = self.retry_after?.as_secs_f64().ceil().max(1.0);
        let value = HeaderValue::from_str(&seconds.to_string()).ok()?;
        Some((RETRY_AFTER, value))
    }
}

impl From<&UrlencodedError> for OAuthError {
    fn from(error: &UrlencodedError) -> Self {
        match error {
            UrlencodedError::ContentType => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "invalid_request",
                "The body must be application/x-www-form-urlencoded",
            ),
            UrlencodedError::Overflow { .. } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "invalid_request",
                "The body is too large",
            ),
            UrlencodedError::Payload(error) if is_late(error) => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "The body did not come in time",
            ),
            // The message names the parameter, never its value.
            UrlencodedError::Parse(error) => {
                Self::invalid_request(format!("The body does not parse: {error}"))
            }
            _ => Self::invalid_request("The body could not be read"),
        }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full(wait) => Self::too_many_requests(wait),
            Refusal::Busy => Self::busy(),
            Refusal::Store(error) => error.into(),
        }
    }
}

impl From<CrossSite> for OAuthError {
    fn from(_: CrossSite) -> Self {
        Self::access_denied(CrossSite::DESCRIPTION)
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error, self.description)
    }
}

impl std::error::Error for OAuthError {}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((PRAGMA, "no-cache"));
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, r#"Basic realm="auth-server""#));
        }
        if let Some(header) = self.retry_after() {
            response.insert_header(header);
        }
        if let Some(refusal) = self.refusal() {
            response.extensions_mut().insert(refusal);
        }
        response.json(OAuthProblem {
            error: self.error,
            error_description: self.description.clone(),
            detail: self.description.clone(),
        })
    }
}
