//! The closed list of what can go wrong, as a client sees it.

use actix_web::http::StatusCode;
use identity_core::{ClaimsError, Denial, TokenError, VerifyError};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:ident;)*) => {
        /// The `code` of an error answer. Each has one HTTP status, one metric label and one log reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As it stands in an answer.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The status of an answer with this code.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }
    };
}

error_codes! {
    /// No credentials, or of another scheme than `Bearer`.
    MissingToken = "missing_token", UNAUTHORIZED;
    /// Several `Authorization` headers, or one that is not a bearer token's (RFC 6750, section 3.1).
    InvalidRequest = "invalid_request", BAD_REQUEST;
    /// Not a JWT.
    MalformedToken = "malformed_token", UNAUTHORIZED;
    /// Longer than the limit.
    TokenTooLarge = "token_too_large", UNAUTHORIZED;
    /// `exp` is past.
    TokenExpired = "token_expired", UNAUTHORIZED;
    /// `nbf` or `iat` is in the future.
    TokenNotYetValid = "token_not_yet_valid", UNAUTHORIZED;
    /// The issuer has no usable key of this id.
    KeyNotFound = "key_not_found", UNAUTHORIZED;
    /// The header names no key.
    MissingKeyId = "missing_key_id", UNAUTHORIZED;
    /// Wrong or missing `iss` or `aud`.
    InvalidClaims = "invalid_claims", UNAUTHORIZED;
    /// A claim has the wrong type.
    InvalidClaimType = "invalid_claim_type", UNAUTHORIZED;
    /// A required claim is missing.
    MissingClaim = "missing_claim", UNAUTHORIZED;
    /// The signature is not right.
    InvalidSignature = "invalid_signature", UNAUTHORIZED;
    /// `alg` is not accepted.
    AlgorithmNotAllowed = "algorithm_not_allowed", UNAUTHORIZED;
    /// `typ` is not accepted.
    TokenTypeNotAllowed = "token_type_not_allowed", UNAUTHORIZED;
    /// The header has `crit`.
    CriticalHeader = "critical_header", UNAUTHORIZED;
    /// The header brings or names a key.
    EmbeddedKey = "embedded_key", UNAUTHORIZED;
    /// An ID token.
    IdToken = "id_token", UNAUTHORIZED;
    /// A refresh token.
    RefreshToken = "refresh_token", UNAUTHORIZED;
    /// A token that is bound to a key of its holder.
    SenderConstrainedToken = "sender_constrained_token", UNAUTHORIZED;
    /// A scope is missing.
    InsufficientScope = "insufficient_scope", FORBIDDEN;
    /// A role is missing.
    MissingRole = "missing_role", FORBIDDEN;
    /// A permission is missing.
    MissingPermission = "missing_permission", FORBIDDEN;
    /// Something else that the rule asks for is missing.
    AccessDenied = "access_denied", FORBIDDEN;
    /// The issuer's keys are out of reach.
    KeysUnavailable = "keys_unavailable", SERVICE_UNAVAILABLE;
    /// The path, query or body does not parse.
    BadRequest = "bad_request", BAD_REQUEST;
    /// The body did not come in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT;
    /// The body is larger than the limit.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE;
    /// The body has another media type than is read.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// Well-formed, but not allowed; the fields are named.
    InvalidInput = "invalid_input", UNPROCESSABLE_ENTITY;
    /// No such route, or no such thing.
    NotFound = "not_found", NOT_FOUND;
    /// The path exists, for other methods.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The value is taken.
    Conflict = "conflict", CONFLICT;
    /// Too many requests.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
    /// The service is being stopped; another instance may answer.
    Stopping = "stopping", SERVICE_UNAVAILABLE;
    /// Our mistake.
    InternalError = "internal_error", INTERNAL_SERVER_ERROR;
}

impl From<&TokenError> for ErrorCode {
    fn from(error: &TokenError) -> Self {
        match error {
            TokenError::TooLarge { .. } => Self::TokenTooLarge,
            TokenError::Malformed(_) => Self::MalformedToken,
            TokenError::AlgorithmNotAllowed(_) => Self::AlgorithmNotAllowed,
            TokenError::TypeNotAllowed(_) => Self::TokenTypeNotAllowed,
            TokenError::CriticalHeader => Self::CriticalHeader,
            TokenError::EmbeddedKey(_) => Self::EmbeddedKey,
            TokenError::MissingKeyId => Self::MissingKeyId,
            TokenError::KeyNotFound(_) => Self::KeyNotFound,
            TokenError::InvalidSignature => Self::InvalidSignature,
            TokenError::InvalidIssuer(_)
            | TokenError::InvalidAudience
            | TokenError::Claims(ClaimsError::Refused(_)) => Self::InvalidClaims,
            TokenError::InvalidClaimType(_) | TokenError::Claims(_) => Self::InvalidClaimType,
            TokenError::MissingClaim(_) => Self::MissingClaim,
            TokenError::Expired => Self::TokenExpired,
            TokenError::NotYetValid(_) => Self::TokenNotYetValid,
            TokenError::IdToken => Self::IdToken,
            TokenError::RefreshToken => Self::RefreshToken,
            TokenError::SenderConstrained => Self::SenderConstrainedToken,
            // A reason that this list does not know yet still refuses.
            _ => Self::MalformedToken,
        }
    }
}

impl From<&Denial> for ErrorCode {
    fn from(denial: &Denial) -> Self {
        match denial {
            Denial::Scopes { .. } => Self::InsufficientScope,
            Denial::Role(_) => Self::MissingRole,
            Denial::Permission(_) => Self::MissingPermission,
            _ => Self::AccessDenied,
        }
    }
}

impl From<&VerifyError> for ErrorCode {
    fn from(error: &VerifyError) -> Self {
        match error {
            VerifyError::Token(error) => error.into(),
            _ => Self::KeysUnavailable,
        }
    }
}

#[cfg(test)]
#[path = "error_code_tests.rs"]
mod tests;
