//! What happened, and what became of it: closed lists.

use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use identity_actix::ErrorCode;
use identity_core::Denial;

/// Marks a response that refuses a request, if it is not made from an [`ApiError`](identity_actix::ApiError): put it into
/// the response's extensions. It contains the error code in the response.
///
/// ```
/// use actix_web::HttpResponse;
/// use service_kit::audit::Refusal;
///
/// let mut response = HttpResponse::BadRequest().body("The password is wrong");
/// response.extensions_mut().insert(Refusal::Credentials("invalid_grant"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The credentials of the request are missing or not good: `authentication_failed`.
    Credentials(&'static str),
    /// The caller, or the sender whoever it is, does not have the right: `access_denied`.
    Rights(&'static str),
}

/// What happened: `audit.event`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    AuthenticationFailed,
    AccessDenied,
    ChangeGranted,
    ChangeFailed,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticationFailed => "authentication_failed",
            Self::AccessDenied => "access_denied",
            Self::ChangeGranted => "change_granted",
            Self::ChangeFailed => "change_failed",
        }
    }

    /// Returns `audit.outcome`. `status` is that of the response, if there was one.
    pub(super) fn outcome(self, status: Option<StatusCode>) -> &'static str {
        match self {
            Self::AuthenticationFailed | Self::AccessDenied => "denied",
            Self::ChangeGranted => "success",
            Self::ChangeFailed if status.is_some_and(|status| status.is_client_error()) => {
                "failure"
            }
            // It may have been made all the same.
            Self::ChangeFailed => "unknown",
        }
    }
}

/// Returns how a response refuses the request, if it does, and its error code, if it has one.
pub(super) fn refused(
    status: StatusCode,
    extensions: &Extensions,
) -> (Option<Kind>, Option<&'static str>) {
    let code = extensions.get::<ErrorCode>().copied();
    let text = code.map(ErrorCode::as_str);
    if extensions.contains::<Denial>() {
        return (Some(Kind::AccessDenied), text);
    }
    match extensions.get::<Refusal>() {
        Some(Refusal::Credentials(code)) => return (Some(Kind::AuthenticationFailed), Some(code)),
        Some(Refusal::Rights(code)) => return (Some(Kind::AccessDenied), Some(code)),
        None => {}
    }
    let kind = match (status, code) {
        (StatusCode::UNAUTHORIZED, _) | (_, Some(ErrorCode::InvalidRequest)) => {
            Some(Kind::AuthenticationFailed)
        }
        (StatusCode::FORBIDDEN, _) => Some(Kind::AccessDenied),
        _ => None,
    };
    (kind, text)
}
