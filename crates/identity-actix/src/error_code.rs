//! The error codes that a client sees: a closed list.

use actix_web::http::StatusCode;
use identity_core::{Denial, TokenError, VerifyError};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident;)*) => {
        /// The `code` of an error response. Each has one HTTP status, one metric label and one log reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code as it appears in a response.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Returns the HTTP status of a response with this code.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }
    };
}

error_codes! {
    /// No credentials, or credentials of another scheme than `Bearer`.
    MissingToken = "missing_token", UNAUTHORIZED;
    /// Several `Authorization` headers, or a malformed one (RFC 6750, section 3.1).
    InvalidRequest = "invalid_request", BAD_REQUEST;
    /// Not a JWT.
    MalformedToken = "malformed_token", UNAUTHORIZED;
    /// The token is longer than the limit.
    TokenTooLarge = "token_too_large", UNAUTHORIZED;
    /// The token has expired (`exp`).
    TokenExpired = "token_expired", UNAUTHORIZED;
    /// The issuer says that the opaque token is not active.
    InactiveToken = "inactive_token", UNAUTHORIZED;
    /// `nbf` or `iat` is in the future.
    TokenNotYetValid = "token_not_yet_valid", UNAUTHORIZED;
    /// The issuer has no usable key with this id.
    KeyNotFound = "key_not_found", UNAUTHORIZED;
    /// The header has no key id.
    MissingKeyId = "missing_key_id", UNAUTHORIZED;
    /// Wrong or missing `iss` or `aud`.
    InvalidClaims = "invalid_claims", UNAUTHORIZED;
    /// A claim has the wrong type.
    InvalidClaimType = "invalid_claim_type", UNAUTHORIZED;
    /// A required claim is missing.
    MissingClaim = "missing_claim", UNAUTHORIZED;
    /// The token is of a tenant or organization that the service was not configured with.
    UnknownOrganization = "unknown_organization", UNAUTHORIZED;
    /// The signature is invalid.
    InvalidSignature = "invalid_signature", UNAUTHORIZED;
    /// `alg` is not accepted.
    AlgorithmNotAllowed = "algorithm_not_allowed", UNAUTHORIZED;
    /// `typ` is not accepted.
    TokenTypeNotAllowed = "token_type_not_allowed", UNAUTHORIZED;
    /// The header has `crit`.
    CriticalHeader = "critical_header", UNAUTHORIZED;
    /// The header contains or references a key.
    EmbeddedKey = "embedded_key", UNAUTHORIZED;
    /// The token is an ID token.
    IdToken = "id_token", UNAUTHORIZED;
    /// The token is a refresh token.
    RefreshToken = "refresh_token", UNAUTHORIZED;
    /// The token is bound to a key of its holder.
    SenderConstrainedToken = "sender_constrained_token", UNAUTHORIZED;
    /// The user has to sign in again, or in another way (RFC 9470).
    InsufficientUserAuthentication = "insufficient_user_authentication", UNAUTHORIZED;
    /// A scope is missing.
    InsufficientScope = "insufficient_scope", FORBIDDEN;
    /// A role is missing.
    MissingRole = "missing_role", FORBIDDEN;
    /// A permission is missing.
    MissingPermission = "missing_permission", FORBIDDEN;
    /// Something else that the rule requires is missing, or the request is not allowed at all.
    AccessDenied = "access_denied", FORBIDDEN;
    /// The issuer's keys are unavailable.
    KeysUnavailable = "keys_unavailable", SERVICE_UNAVAILABLE;
    /// The issuer cannot be asked about an opaque token.
    IntrospectionUnavailable = "introspection_unavailable", SERVICE_UNAVAILABLE;
    /// The service's database is out of reach.
    DatabaseUnavailable = "database_unavailable", SERVICE_UNAVAILABLE;
    /// The path, query or body cannot be parsed.
    BadRequest = "bad_request", BAD_REQUEST;
    /// The body did not arrive in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT;
    /// The body is larger than the limit.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE;
    /// The body does not have the expected media type.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// Well-formed, but not allowed; the response names the fields.
    InvalidInput = "invalid_input", UNPROCESSABLE_ENTITY;
    /// There is no such route or resource, or the caller does not belong to its tenant.
    NotFound = "not_found", NOT_FOUND;
    /// The path exists, but only for other methods.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The value is already in use.
    Conflict = "conflict", CONFLICT;
    /// Too many requests.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
    /// The service is stopping; another instance may respond.
    Stopping = "stopping", SERVICE_UNAVAILABLE;
    /// An internal error.
    InternalError = "internal_error", INTERNAL_SERVER_ERROR;
}

impl ErrorCode {
    /// Returns this code of identity-core, which names its codes as this list does.
    fn named(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == code)
    }
}

impl From<&TokenError> for ErrorCode {
    fn from(error: &TokenError) -> Self {
        // Fail closed: a reason that this list does not know yet still rejects the token.
        Self::named(error.code()).unwrap_or(Self::MalformedToken)
    }
}

impl From<&Denial> for ErrorCode {
    fn from(denial: &Denial) -> Self {
        Self::named(denial.code()).unwrap_or(Self::AccessDenied)
    }
}

impl From<&VerifyError> for ErrorCode {
    fn from(error: &VerifyError) -> Self {
        match error {
            VerifyError::Token(error) => error.into(),
            error => Self::named(error.code()).unwrap_or(Self::KeysUnavailable),
        }
    }
}

#[cfg(test)]
#[path = "error_code_tests.rs"]
mod tests;
