//! Error answers: RFC 9457 problem details.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use identity_core::{Denial, TokenError, VerifyError};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use crate::challenge::Challenge;
use crate::error_code::ErrorCode;
use crate::request_id;

/// What a handler, an extractor or a middleware answers when it cannot do what was asked.
///
/// `Display` and `Debug` show what the client is told, nothing more.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    detail: String,
    fields: Vec<InvalidField>,
    challenge: Option<Box<Challenge>>,
    retry_after: Option<Duration>,
    allow: Vec<Method>,
}

/// A value that was well-formed but is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvalidField {
    /// The member's name.
    pub field: String,
    /// What is wrong with its value.
    pub message: String,
}

/// The body of every error answer: `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says more.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Unauthorized")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 401)]
    status: u16,
    /// What happened, for people.
    #[schema(example = "Token has expired")]
    detail: String,
    /// What happened, for programs: one of a closed list.
    #[schema(example = "token_expired")]
    code: &'static str,
    /// Names this request in the service's log.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    request_id: Option<String>,
    /// The fields that are not allowed as they are, with `invalid_input` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<InvalidField>,
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
        }
    }

    /// 400: the path, query or body does not parse.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, detail)
    }

    /// 404: no such route or thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, detail)
    }

    /// 408: the body did not come within this time.
    pub fn request_timeout(timeout: Duration) -> Self {
        let detail = format!("The body did not come within {} s", timeout.as_secs());
        Self::new(ErrorCode::RequestTimeout, detail)
    }

    /// 409: the value is taken.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, detail)
    }

    /// 413: the body is larger than `limit` bytes.
    pub fn payload_too_large(limit: usize) -> Self {
        let detail = format!("The body is larger than {limit} bytes");
        Self::new(ErrorCode::PayloadTooLarge, detail)
    }

    /// 415: the body is not of the media type that is read.
    pub fn unsupported_media_type(expected: &str) -> Self {
        let detail = format!("The body must be {expected}");
        Self::new(ErrorCode::UnsupportedMediaType, detail)
    }

    /// 422: well-formed, but not allowed.
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

    /// 422 for one value that is well-formed, but not allowed.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_input(vec![InvalidField {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// 405: the path is known for these methods only.
    pub fn method_not_allowed(method: &Method, allow: Vec<Method>) -> Self {
        Self {
            allow,
            ..Self::new(
                ErrorCode::MethodNotAllowed,
                format!("{method} is not allowed here"),
            )
        }
    }

    /// 429: to be tried again after a while.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let detail = "Too many requests. Please try again later.";
        Self {
            retry_after: Some(retry_after),
            ..Self::new(ErrorCode::TooManyRequests, detail)
        }
    }

    /// 503: the service is being stopped. Nothing was done, so it may be tried again, where another instance answers.
    pub fn stopping() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(ErrorCode::Stopping, "The service is being stopped")
        }
    }

    /// 500: our mistake. `reason` goes to the log, and only there.
    pub fn internal(reason: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = reason.to_string();
        let mut next = reason.source();
        while let Some(cause) = next {
            causes = format!("{causes}: {cause}");
            next = cause.source();
        }
        Self::broken(&causes)
    }

    /// 500 for something that cannot happen if the service is put together as it should be.
    pub fn broken(reason: &str) -> Self {
        error!(reason, "internal error: {reason}");
        Self::new(ErrorCode::InternalError, "Internal error")
    }

    /// 401: no credentials that are understood here.
    pub(crate) fn missing_token(realm: &str) -> Self {
        Self::new(ErrorCode::MissingToken, "Not authenticated").challenged(realm, Vec::new())
    }

    /// 400: the `Authorization` header is not right.
    pub(crate) fn invalid_request(realm: &str, detail: &str) -> Self {
        Self::new(ErrorCode::InvalidRequest, detail).challenged(realm, Vec::new())
    }

    /// 401 for a token that is not good, 503 if that could not be found out.
    pub(crate) fn unverified(realm: &str, error: &VerifyError) -> Self {
        let code = ErrorCode::from(error);
        match error {
            VerifyError::Token(error) => {
                Self::new(code, detail_of(error)).challenged(realm, Vec::new())
            }
            VerifyError::Unavailable(error) => {
                let detail =
                    "The identity provider's keys are unavailable. Please try again later.";
                Self {
                    retry_after: Some(error.retry_after),
                    ..Self::new(code, detail)
                }
            }
            _ => Self::broken("a verification failed for a reason that is not known here"),
        }
    }

    /// 403: verified, but the rule is not met. `detail` replaces the sentence that names what is missing.
    pub(crate) fn denied(realm: &str, denial: &Denial, detail: Option<&str>) -> Self {
        let scopes = match denial {
            Denial::Scopes { required, .. } => required.clone(),
            _ => Vec::new(),
        };
        let detail = detail.map_or_else(|| denial.to_string(), str::to_owned);
        Self::new(denial.into(), detail).challenged(realm, scopes)
    }

    fn challenged(self, realm: &str, scopes: Vec<Cow<'static, str>>) -> Self {
        Self {
            challenge: Challenge::new(realm, self.code, &self.detail, scopes).map(Box::new),
            ..self
        }
    }

    /// What happened, for programs.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

/// What a client is told about its token. Everything that would help to forge one is the same sentence.
fn detail_of(error: &TokenError) -> String {
    match error {
        TokenError::Malformed(malformed) => format!("Unable to validate token: {}", malformed),
        TokenError::TooLarge { limit, .. } => format!("The token is larger than {limit} bytes"),
        TokenError::Expired => "Token has expired".to_owned(),
        TokenError::NotYetValid(_) => "Token is not yet valid".to_owned(),
        TokenError::KeyNotFound(_) => "Unable to find appropriate key".to_owned(),
        TokenError::InvalidIssuer(_) | TokenError::InvalidAudience => {
            "Invalid claims. Please check the audience and issuer.".to_owned()
        }
        _ => "Unable to validate token".to_owned(),
    }
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
            // Whole seconds, and never 0: that would say "at once".
            let seconds = retry_after.as_secs_f64().ceil().max(1.0);
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if !self.allow.is_empty() {
            let methods: Vec<_> = self.allow.iter().map(Method::as_str).collect();
            if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
                response.insert_header((ALLOW, methods));
            }
        }
        // Whoever counts error responses finds the code here.
        response.extensions_mut().insert(self.code);
        response.json(Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            request_id: request_id::current().map(|id| id.to_string()),
            errors: self.fields.clone(),
        })
    }
}

#[cfg(test)]
#[path = "api_error_tests.rs"]
mod tests;
