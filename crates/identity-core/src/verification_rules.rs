//! What a provider's tokens must look like.

use std::borrow::Cow;
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
    pub types: Vec<Cow<'static, str>>,
    /// Whether a token without `typ` is accepted.
    pub untyped: UntypedTokens,
    /// Which claims have to be there.
    pub profile: TokenProfile,
    /// Claims that mark a token as something other than an access token.
    pub refused: Vec<RefusedKind>,
}

impl VerificationRules {
    const RFC_9068_TYPE: &str = "at+jwt";

    /// RS256, `typ` absent or `JWT`, nothing else refused.
    #[must_use]
    pub fn new(issuers: Vec<String>, audience: AudienceRule) -> Self {
        Self {
            issuers,
            audience,
            algorithms: Algorithms::rs256(),
            types: vec!["JWT".into()],
            untyped: UntypedTokens::Accepted,
            profile: TokenProfile::Basic,
            refused: Vec::new(),
        }
    }

    /// The same rules, and nothing but access tokens in the form of RFC 9068: `typ` is `at+jwt` (section 4), and the
    /// claims of section 2.2 are there.
    #[must_use]
    pub fn for_rfc_9068_only(self) -> Self {
        Self {
            types: vec![Self::RFC_9068_TYPE.into()],
            untyped: UntypedTokens::Refused,
            profile: TokenProfile::Rfc9068,
            ..self
        }
    }

    /// Whether a token in the form of RFC 9068 can be accepted.
    pub(crate) fn accept_rfc_9068(&self) -> bool {
        let mut types = self.types.iter();
        types.any(|name| name.eq_ignore_ascii_case(Self::RFC_9068_TYPE))
    }
}

/// How much of a token is read, and how far clocks may differ. The same for every provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// How far the clocks may differ: applied to `exp`, `nbf` and `iat`. Default 5 s: what the official SDKs of both
    /// providers allow.
    pub leeway: Duration,
    /// The longest token that is read, in bytes. Default 16 KiB.
    pub max_bytes: usize,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self {
            leeway: Duration::from_secs(5),
            max_bytes: 16 * 1024,
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
#[non_exhaustive]
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
#[derive(Debug, Clone)]
pub struct RefusedKind {
    /// What the token is.
    pub kind: TokenKind,
    /// The claim that tells.
    pub claim: Cow<'static, str>,
    /// The claim's value; `None` if it is enough that the claim is there.
    pub value: Option<Cow<'static, str>>,
}

impl RefusedKind {
    /// Refuses tokens that have this claim, whatever its value.
    pub fn with_claim(kind: TokenKind, claim: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            claim: claim.into(),
            value: None,
        }
    }

    /// Refuses tokens whose claim has this value.
    pub fn with_value(
        kind: TokenKind,
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::with_claim(kind, claim)
        }
    }

    pub(crate) fn matches(&self, claims: &Claims) -> bool {
        match (claims.get(&*self.claim), &self.value) {
            (Some(claim), Some(value)) => claim.as_str() == Some(&**value),
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
