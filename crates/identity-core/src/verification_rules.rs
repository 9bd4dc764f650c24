//! What a provider's tokens must look like.

use std::time::Duration;

use crate::algorithms::Algorithms;
use crate::claims::Claims;
use crate::token_error::TokenError;

/// What a token must say beyond having a good signature. A [`Provider`](crate::Provider) gives it.
#[derive(Debug, Clone)]
pub struct VerificationRules {
    /// The accepted values of `iss`, compared exactly.
    pub issuers: Vec<String>,
    /// Whom the token must be meant for.
    pub audience: AudienceRule,
    /// The accepted values of `alg`.
    pub algorithms: Algorithms,
    /// The accepted values of `typ`, compared without regard to case and to a leading `application/` (RFC 7515,
    /// section 4.1.9).
    pub types: Vec<&'static str>,
    /// Whether a token without `typ` is accepted.
    pub untyped: UntypedTokens,
    /// Which claims have to be there.
    pub profile: TokenProfile,
    /// Claims that mark a token as something other than an access token.
    pub refused: Vec<RefusedKind>,
    /// How far the clocks may differ: applied to `exp`, `nbf` and `iat`. Default 5 s.
    pub leeway: Duration,
    /// The longest token that is read, in bytes. Default 16 KiB.
    pub max_token_bytes: usize,
}

impl VerificationRules {
    /// 5 s: what the official SDKs of both providers allow.
    pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(5);
    /// 16 KiB.
    pub const DEFAULT_MAX_TOKEN_BYTES: usize = 16 * 1024;

    /// RS256, `typ` absent or `JWT`, nothing else refused, default leeway and size.
    pub fn new(issuers: Vec<String>, audience: AudienceRule) -> Self {
        Self {
            issuers,
            audience,
            algorithms: Algorithms::rs256(),
            types: vec!["JWT"],
            untyped: UntypedTokens::Accepted,
            profile: TokenProfile::Basic,
            refused: Vec::new(),
            leeway: Self::DEFAULT_LEEWAY,
            max_token_bytes: Self::DEFAULT_MAX_TOKEN_BYTES,
        }
    }

    /// The same rules, and nothing but access tokens in the form of RFC 9068: `typ` is `at+jwt` (section 4), and the
    /// claims of section 2.2 are there.
    pub fn for_rfc_9068_only(self) -> Self {
        Self {
            types: vec!["at+jwt"],
            untyped: UntypedTokens::Refused,
            profile: TokenProfile::Rfc9068,
            ..self
        }
    }
}

/// Whom a token must be meant for (RFC 7519, section 4.1.3).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AudienceRule {
    /// `aud` must name one of these.
    Required(Vec<String>),
    /// As `Required` wherever `aud` is there; it may be missing in tokens of which the function says so.
    ///
    /// This is for providers whose session tokens have no `aud`. The function sees claims whose signature is checked.
    RequiredUnless(Vec<String>, fn(&Claims) -> bool),
}

/// Whether a token without `typ` is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntypedTokens {
    /// It is.
    Accepted,
    /// It is not: RFC 9068, section 4, in strict reading.
    Refused,
}

/// Which claims have to be there, besides what the audience rule asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProfile {
    /// `iss`, `sub`, `exp`.
    #[default]
    Basic,
    /// Also `aud`, `iat`, `jti` and `client_id` (RFC 9068, section 2.2), whatever the audience rule lets be missing.
    Rfc9068,
}

/// A claim that marks a token as something other than an access token (RFC 8725, section 2.8).
#[derive(Debug, Clone, Copy)]
pub struct RefusedKind {
    /// What the token is.
    pub kind: TokenKind,
    /// The claim that tells.
    pub claim: &'static str,
    /// The claim's value; `None` if it is enough that the claim is there.
    pub value: Option<&'static str>,
}

impl RefusedKind {
    pub(crate) fn matches(&self, claims: &Claims) -> bool {
        match (claims.get(self.claim), self.value) {
            (Some(claim), Some(value)) => claim.as_str() == Some(value),
            (claim, None) => claim.is_some(),
            (None, Some(_)) => false,
        }
    }
}

/// A kind of token that opens no API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Says who signed in (OpenID Connect Core, section 2).
    Id,
    /// Gets new tokens from the provider (RFC 6749, section 1.5).
    Refresh,
}

impl From<TokenKind> for TokenError {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Id => Self::IdToken,
            TokenKind::Refresh => Self::RefreshToken,
        }
    }
}
