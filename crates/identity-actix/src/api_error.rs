//! Errors that become problem responses.

use std::fmt;
use std::iter::successors;
use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use identity_core::{Denial, VerifyError, printable};
use tracing::error;

use crate::challenge::{Challenge, Demand};
use crate::error_code::ErrorCode;
use crate::problem::{InvalidField, Problem};
use crate::token_detail::detail_of;

/// An error of a handler, an extractor or middleware, which becomes a problem response.
///
/// `Display` shows only what the client sees, and `Debug` also why a caller was denied. The response has the [`ErrorCode`] in its extensions and, if the
/// caller was denied, the [`Denial`].
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    detail: String,
    fields: Vec<InvalidField>,
    challenge: Option<Box<Challenge>>,
    retry_after: Option<Duration>,
    allow: Vec<Method>,
    denial: Option<Box<Denial>>,
}

impl ApiError {
    fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            challenge: None,
            retry_after: None,
            allow: Vec::new(),
            denial: None,
        }
    }

    /// Returns a 400 error: the path, query or body cannot be parsed.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, detail)
    }

    /// Returns a 403 error: the request is not allowed, whoever sends it.
    pub fn access_denied(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::AccessDenied, detail)
    }

    /// Returns a 404 error: there is no such route or resource.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, detail)
    }

    /// Returns a 408 error: the body did not arrive within `timeout`.
    pub fn request_timeout(timeout: Duration) -> Self {
        let detail = format!("The body did not come within {} s", timeout.as_secs());
        Self::new(ErrorCode::RequestTimeout, detail)
    }

    /// Returns a 409 error: the value is already in use.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, detail)
    }

    /// Returns a 413 error: the body is larger than `limit` bytes.
    pub fn payload_too_large(limit: usize) -> Self {
        let detail = format!("The body is larger than {limit} bytes");
        Self::new(ErrorCode::PayloadTooLarge, detail)
    }

    /// Returns a 415 error: the body does not have the media type `expected`.
    pub fn unsupported_media_type(expected: &str) -> Self {
        let detail = format!("The body must be {expected}");
        Self::new(ErrorCode::UnsupportedMediaType, detail)
    }

    /// Returns a 422 error: these fields are well-formed, but their values are not allowed.
    pub fn invalid_input(fields: Vec<InvalidField>) -> Self {
        let messages: Vec<_> = fields
            .iter()
            .map(|field| format!("{}: {}", field.field, field.message))
            .collect();
        Self {
            fields,
            ..Self::new(ErrorCode::InvalidInput, messages.join("; "))
        }
    }

    /// Returns a 422 error for one field, as [`invalid_input`](Self::invalid_input).
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_input(vec![InvalidField {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// Returns a 405 error: the path exists, but only for the methods in `allow`.
    pub fn method_not_allowed(method: &Method, allow: Vec<Method>) -> Self {
        Self {
            allow,
            ..Self::new(
                ErrorCode::MethodNotAllowed,
                format!("{method} is not allowed here"),
            )
        }
    }

    /// Returns a 429 error: the client may retry after `retry_after`.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let detail = "Too many requests. Please try again later.";
        Self {
            retry_after: Some(retry_after),
            ..Self::new(ErrorCode::TooManyRequests, detail)
        }
    }

    /// Returns a 503 error: the service is stopping. The request was not processed, so the client may retry it with
    /// another instance.
    pub fn stopping() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(ErrorCode::Stopping, "The service is being stopped")
        }
    }

    /// Returns a 500 error. `reason` and its sources are logged, and never sent to the client.
    pub fn internal(reason: &(dyn std::error::Error + 'static)) -> Self {
        Self::broken(&with_causes(reason))
    }

    /// Returns a 503 error: the service's database is out of reach. `reason` and its sources are logged, and never sent to
    /// the client.
    pub fn database_unavailable(reason: &(dyn std::error::Error + 'static)) -> Self {
        let reason = with_causes(reason);
        error!(reason, "database unavailable: {reason}");
        let detail = "The database is unavailable. Please try again later.";
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(ErrorCode::DatabaseUnavailable, detail)
        }
    }

    /// Returns a 500 error for a state that a correctly assembled service cannot reach. `reason` is logged, and never
    /// sent to the client.
    pub fn broken(reason: &str) -> Self {
        error!(reason, "internal error: {reason}");
        Self::new(ErrorCode::InternalError, "Internal error")
    }

    /// Returns a 401 error: there are no credentials, or they are of another scheme.
    pub(crate) fn missing_token(realm: &str) -> Self {
        Self::new(ErrorCode::MissingToken, "Not authenticated").challenged(realm, Demand::default())
    }

    /// Returns a 400 error: the `Authorization` header is malformed.
    pub(crate) fn invalid_request(realm: &str, detail: &str) -> Self {
        Self::new(ErrorCode::InvalidRequest, detail).challenged(realm, Demand::default())
    }

    /// Returns a 401 error for a rejected token, and a 503 error for one that could not be verified.
    pub(crate) fn unverified(realm: &str, error: &VerifyError) -> Self {
        let code = ErrorCode::from(error);
        let unavailable = |what: &str, retry_after| Self {
            retry_after: Some(retry_after),
            ..Self::new(code, format!("{what} Please try again later."))
        };
        match error {
            VerifyError::Token(error) => {
                Self::new(code, detail_of(error)).challenged(realm, Demand::default())
            }
            VerifyError::Unavailable(error) => unavailable(
                "The identity provider's keys are unavailable.",
                error.retry_after,
            ),
            VerifyError::Introspection(error) => unavailable(
                "The identity provider cannot be asked about the token.",
                error.retry_after,
            ),
            _ => Self::broken("a verification failed for a reason that is not known here"),
        }
    }

    /// Returns the error for a verified token whose caller does not meet a rule: 403, or 401 if another sign-in is required.
    /// `detail` replaces the sentence that names what is missing in a 403. For [`Denial::NotAMember`], see
    /// [`outside`](Self::outside).
    pub(crate) fn denied(realm: &str, denial: &Denial, detail: Option<&str>) -> Self {
        let code = ErrorCode::from(denial);
        let detail = detail.filter(|_| code.status() == StatusCode::FORBIDDEN);
        let detail = detail.map_or_else(|| denial.to_string(), str::to_owned);
        Self::new(code, detail)
            .challenged(realm, denial.into())
            .because(denial)
    }

    /// Adds why the caller was denied, for the response's extensions.
    pub(crate) fn because(self, denial: &Denial) -> Self {
        Self {
            denial: Some(Box::new(denial.clone())),
            ..self
        }
    }

    /// Returns the 404 error for a path: that of a caller who does not belong to the path's tenant, and of a path that does
    /// not exist, so that no caller can tell one from the other.
    pub(crate) fn outside(path: &str) -> Self {
        Self::not_found(format!("There is no {path}"))
    }

    fn challenged(self, realm: &str, demand: Demand) -> Self {
        Self {
            challenge: Challenge::new(realm, self.code, &self.detail, demand).map(Box::new),
            ..self
        }
    }

    /// Sets the address of the protected resource metadata in the challenge, if there is one.
    pub(crate) fn with_resource_metadata(mut self, of: impl FnOnce() -> Option<String>) -> Self {
        if let Some(challenge) = &mut self.challenge {
            challenge.resource_metadata = of();
        }
        self
    }

    /// Returns the error code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns the body of the response.
    pub fn problem(&self) -> Problem {
        Problem {
            errors: self.fields.clone(),
            ..Problem::example(self.code, &*self.detail)
        }
    }
}

fn with_causes(reason: &(dyn std::error::Error + 'static)) -> String {
    let causes = successors(Some(reason), |cause| cause.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    printable(&causes.join(": ")).into_owned()
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        response.content_type("application/problem+json");
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge.header()));
        }
        if let Some(retry_after) = self.retry_after {
            // Rounded up to whole seconds, and at least 1: 0 would mean "immediately".
            let seconds = retry_after.as_secs_f64().ceil().max(1.0);
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if !self.allow.is_empty() {
            let methods: Vec<_> = self.allow.iter().map(Method::as_str).collect();
            if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
                response.insert_header((ALLOW, methods));
            }
        }
        // For middleware that counts error responses, or records why a caller was denied.
        response.extensions_mut().insert(self.code);
        if let Some(denial) = &self.denial {
            response.extensions_mut().insert(Denial::clone(denial));
        }
        response.json(self.problem())
    }
}

#[cfg(test)]
#[path = "api_error_tests.rs"]
mod tests;
