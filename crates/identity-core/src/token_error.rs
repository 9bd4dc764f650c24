//! Errors in the verification of a token.

use std::fmt;

/// Why a bearer token is refused. The caller must act: get another token.
///
/// The message is for the log. It repeats at most a few characters of the token's values, and never the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is longer than the limit.
    #[error("token too large: {length} bytes, at most {limit} are read")]
    TooLarge {
        /// The token's length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The token is not a JWT in compact form (RFC 7515, section 7.1; RFC 7519, section 7.2).
    #[error("malformed token: {0}")]
    Malformed(Malformed),
    /// `alg` is missing, not on the allow-list, or not an algorithm of the key (RFC 8725, section 3.1).
    #[error("algorithm not allowed: {0}")]
    AlgorithmNotAllowed(Excerpt),
    /// `typ` is not an accepted type (RFC 8725, section 3.11), or the claims are those of a logout token, or lack a mark of
    /// the provider's access tokens.
    #[error("token type not allowed: {0}")]
    TypeNotAllowed(Excerpt),
    /// The header has `crit` (RFC 7515, section 4.1.11): no extension is supported.
    #[error("critical header: no extension is understood")]
    CriticalHeader,
    /// The header contains or references a key of its own (`jwk`, `jku`, `x5u`, `x5c`).
    #[error("embedded key: the header has {0}")]
    EmbeddedKey(&'static str),
    /// The header has no `kid`, or it is empty or not a string.
    #[error("missing key id: the header has no usable kid")]
    MissingKeyId,
    /// The issuer publishes no usable key with this id, or only for tokens of another `iss`.
    #[error("key not found: {0}")]
    KeyNotFound(Excerpt),
    /// The signature was not made by a key with that id.
    #[error("invalid signature")]
    InvalidSignature,
    /// `iss` is missing or not an accepted issuer.
    #[error("issuer mismatch: got {0}")]
    InvalidIssuer(Excerpt),
    /// `aud` is missing although it is required, or names other audiences only.
    #[error("audience mismatch: got {0}")]
    InvalidAudience(Excerpt),
    /// The client is missing, or one that is named (`client_id`, `azp`) is not an accepted one.
    #[error("client mismatch: got {0}")]
    InvalidClient(Excerpt),
    /// A registered claim has the wrong type.
    #[error("invalid claim type: {0}")]
    InvalidClaimType(&'static str),
    /// The provider cannot read the claims, or refuses the token.
    #[error(transparent)]
    Claims(#[from] crate::claims::ClaimsError),
    /// A required claim is missing or empty.
    #[error("missing claim: {0}")]
    MissingClaim(&'static str),
    /// `exp` is in the past.
    #[error("token expired")]
    Expired,
    /// The issuer says that the opaque token is not active: it is expired, revoked, unknown, or not for this service
    /// (RFC 7662, section 2.2).
    #[error("inactive token: the issuer does not accept it, or not for this client")]
    Inactive,
    /// `nbf` or `iat` is in the future.
    #[error("token not yet valid: {0} is in the future")]
    NotYetValid(&'static str),
    /// The token is an ID token: it describes a sign-in, and gives no access.
    #[error("id token sent as an access token")]
    IdToken,
    /// The token is a refresh token: it is for the provider only.
    #[error("refresh token sent as an access token")]
    RefreshToken,
    /// The token is bound to a key of its holder (`cnf`, RFC 7800) and was sent as a plain bearer token.
    #[error("sender-constrained token sent as a plain bearer")]
    SenderConstrained,
}

impl TokenError {
    /// All codes.
    pub(crate) const CODES: &[&str] = &[
        "token_too_large",
        "malformed_token",
        "algorithm_not_allowed",
        "token_type_not_allowed",
        "critical_header",
        "embedded_key",
        "missing_key_id",
        "key_not_found",
        "invalid_signature",
        "invalid_claims",
        "invalid_claim_type",
        "missing_claim",
        "unknown_organization",
        "token_expired",
        "inactive_token",
        "token_not_yet_valid",
        "id_token",
        "refresh_token",
        "sender_constrained_token",
    ];

    /// Returns the stable code: the log reason, the metric label, and `code` in the response.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "token_too_large",
            Self::Malformed(_) => "malformed_token",
            Self::AlgorithmNotAllowed(_) => "algorithm_not_allowed",
            Self::TypeNotAllowed(_) => "token_type_not_allowed",
            Self::CriticalHeader => "critical_header",
            Self::EmbeddedKey(_) => "embedded_key",
            Self::MissingKeyId => "missing_key_id",
            Self::KeyNotFound(_) => "key_not_found",
            Self::InvalidSignature => "invalid_signature",
            Self::InvalidIssuer(_) | Self::InvalidAudience(_) | Self::InvalidClient(_) => {
                "invalid_claims"
            }
            Self::InvalidClaimType(_) => "invalid_claim_type",
            Self::Claims(error) => error.code(),
            Self::MissingClaim(_) => "missing_claim",
            Self::Expired => "token_expired",
            Self::Inactive => "inactive_token",
            Self::NotYetValid(_) => "token_not_yet_valid",
            Self::IdToken => "id_token",
            Self::RefreshToken => "refresh_token",
            Self::SenderConstrained => "sender_constrained_token",
        }
    }
}

/// Why a token is malformed. The messages are a fixed set and may be shown to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Fewer than three segments.
    #[error("Not enough segments")]
    NotEnoughSegments,
    /// Fewer than three segments, and the rest does not look like part of a JWT either.
    #[error("Not enough segments: it looks like an opaque token, which is no JWT")]
    Opaque,
    /// More than three segments.
    #[error("Too many segments")]
    TooManySegments,
    /// Five segments, and a header that says how the payload is encrypted (RFC 7516), which is not supported.
    #[error("Too many segments: the token is encrypted (JWE)")]
    Encrypted,
    /// The header is not base64url without padding.
    #[error("Invalid header encoding")]
    HeaderEncoding,
    /// The header is not a JSON object, or has a duplicate member.
    #[error("Invalid header")]
    Header,
    /// The payload is not base64url without padding.
    #[error("Invalid payload encoding")]
    PayloadEncoding,
    /// The payload is not a JSON object, or has a duplicate member.
    #[error("Invalid payload")]
    Payload,
    /// The signature is not base64url without padding.
    #[error("Invalid signature encoding")]
    SignatureEncoding,
}

/// The first 80 characters of a text from a caller, escaped, so that a log entry stays one short line.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const LONGEST: usize = 80;

    /// Creates an excerpt of `text`; `None` is shown as `(none)`.
    pub fn new(text: Option<&str>) -> Self {
        let Some(text) = text else {
            return Self("(none)".to_owned());
        };
        let short: String = text.chars().take(Self::LONGEST).collect();
        let more = if short.len() < text.len() { ".." } else { "" };
        Self(format!("{short:?}{more}"))
    }

    /// Creates an excerpt of the name of an audience or a client. One with an `@` may be a person's address, and is not
    /// repeated.
    pub(crate) fn of_name(name: Option<&str>) -> Self {
        match name {
            Some(name) if name.contains('@') => Self("(withheld: it has an @)".to_owned()),
            name => Self::new(name),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Excerpt;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(Excerpt::new(None).to_string(), "(none)");
        assert_eq!(
            Excerpt::new(Some("a\nlevel=ERROR")).to_string(),
            r#""a\nlevel=ERROR""#
        );
        assert!(
            Excerpt::new(Some(&"ü".repeat(5000)))
                .to_string()
                .chars()
                .count()
                < 90
        );
    }
}
