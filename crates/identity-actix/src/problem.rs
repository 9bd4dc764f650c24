//! The body of an error response: RFC 9457 problem details.

use serde::Serialize;
use utoipa::ToSchema;

use crate::error_code::ErrorCode;
use crate::request_id;

/// A value that is well-formed, but not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvalidField {
    /// The name of the field.
    pub field: String,
    /// Why its value is not allowed.
    pub message: String,
}

/// The body of every error response: `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` says more.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub(crate) kind: &'static str,
    /// The reason phrase of the HTTP status.
    #[schema(example = "Unauthorized")]
    pub(crate) title: &'static str,
    /// The HTTP status.
    #[schema(example = 401)]
    pub(crate) status: u16,
    /// What happened, for people.
    #[schema(example = "Token has expired")]
    pub(crate) detail: String,
    /// What happened, for programs: one of a closed list.
    #[schema(example = "token_expired")]
    pub(crate) code: &'static str,
    /// The id of the request, as in the service's log.
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    pub(crate) request_id: Option<String>,
    /// The fields whose values are not allowed; only with `invalid_input`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<InvalidField>,
}

impl Problem {
    /// Returns the body of a response with this code, such as for an example in documentation. Its request id is that of the
    /// current request, if there is one.
    pub fn example(code: ErrorCode, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.as_str(),
            request_id: request_id::current().map(|id| id.to_string()),
            errors: Vec::new(),
        }
    }
}
