//! The rules that a provider's tokens are verified by.

use std::borrow::Cow;
use std::time::Duration;

use crate::access_mark::AccessMark;
use crate::algorithms::Algorithms;
use crate::claims::Claims;
use crate::refused_kind::RefusedKind;

/// The rules that a token must satisfy besides a valid signature. Returned by a [`Provider`](crate::Provider).
#[derive(Debug, Clone)]
pub struct VerificationRules {
    /// The accepted values of `iss`, compared exactly.
    pub issuers: Vec<String>,
    /// The accepted values of `aud`.
    pub audience: AudienceRule,
    /// The accepted clients: a token must have `client_id` or `azp`, and if it has both, both must be listed. A token
    /// with neither may have `appid` (Entra's version 1) or `cid` (Okta) instead. If empty, every client is accepted, except under [`AudienceRule::Absent`], which then accepts no token.
    pub clients: Vec<String>,
    /// The accepted values of `alg`.
    pub algorithms: Algorithms,
    /// The accepted values of `typ`, compared case-insensitively and without a leading `application/` (RFC 7515,
    /// section 4.1.9).
    pub types: Vec<Cow<'static, str>>,
    /// Whether a token without `typ` is accepted.
    pub untyped: UntypedTokens,
    /// Whether `kid` is required.
    pub key_ids: KeyIdRule,
    /// Whether `sub` is required.
    pub subject: SubjectRule,
    /// The claims that are required.
    pub profile: TokenProfile,
    /// Claims that mark a token as something other than an access token, besides the marks that are always refused; see
    /// [`TokenKind`](crate::verification::TokenKind).
    pub refused: Vec<RefusedKind>,
    /// Claims without which a token is no access token of this provider; each is required.
    pub marks: Vec<AccessMark>,
}

impl VerificationRules {
    pub(crate) const RFC_9068_TYPE: &str = "at+jwt";

    /// Creates rules with the defaults: RS256, `typ` absent or `JWT`, every client, no refused kinds, no marks.
    #[must_use]
    pub fn new(issuers: Vec<String>, audience: AudienceRule) -> Self {
        Self {
            issuers,
            audience,
            clients: Vec::new(),
            algorithms: Algorithms::rs256(),
            types: vec!["JWT".into()],
            untyped: UntypedTokens::Accepted,
            key_ids: KeyIdRule::Required,
            subject: SubjectRule::Required,
            profile: TokenProfile::Basic,
            refused: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Restricts the rules to access tokens in the form of RFC 9068: `typ` must be `at+jwt` (section 4), and the claims
    /// of section 2.2 must be present.
    #[must_use]
    pub fn for_rfc_9068_only(self) -> Self {
        Self {
            types: vec![Self::RFC_9068_TYPE.into()],
            untyped: UntypedTokens::Refused,
            subject: SubjectRule::Required,
            profile: TokenProfile::Rfc9068,
            ..self
        }
    }

    /// Returns whether a token in the form of RFC 9068 can be accepted.
    pub(crate) fn accept_rfc_9068(&self) -> bool {
        let mut types = self.types.iter();
        !matches!(self.audience, AudienceRule::Absent)
            && types.any(|name| name.eq_ignore_ascii_case(Self::RFC_9068_TYPE))
    }
}

/// Limits on tokens, and the clock skew that is tolerated. The same for every provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// The clock skew that is tolerated in `exp`, `nbf` and `iat`. Default 5 s, as in the official SDKs of Descope and
    /// Auth0.
    pub leeway: Duration,
    /// The maximum length of a token, in bytes. Default 16 KiB.
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

/// The accepted values of `aud` (RFC 7519, section 4.1.3), and whether it is required.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AudienceRule {
    /// `aud` must contain one of these.
    Required(Vec<String>),
    /// `aud` must contain one of these if it is present; it may be absent if the function returns `true` for the
    /// claims.
    ///
    /// For providers whose session tokens have no `aud`. The function is called after the signature was verified.
    RequiredUnless(Vec<String>, fn(&Claims) -> bool),
    /// `aud` must be absent or an empty list, and the client is checked instead: it must be one of
    /// [`clients`](VerificationRules::clients).
    ///
    /// For providers whose access tokens have no `aud`. Without it, nothing in a token says for which API it is: every
    /// API of these clients accepts it.
    Absent,
}

/// Whether a token without `typ` is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UntypedTokens {
    /// It is accepted.
    Accepted,
    /// It is refused: a strict reading of RFC 9068, section 4.
    Refused,
}

/// Whether `kid` is required.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyIdRule {
    /// `kid` is required.
    #[default]
    Required,
    /// A token without `kid` is accepted while the issuer's set has exactly one usable key, which may have no `kid`
    /// either. With another key in the set, as during a rotation, such tokens are refused.
    OptionalWithOneKey,
}

/// Whether `sub` is required.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectRule {
    /// `sub` is required (RFC 9068, section 2.2).
    #[default]
    Required,
    /// A token without `sub` is accepted if it names its client (`client_id`, else `azp`), which is then the subject.
    ///
    /// For issuers whose tokens of machines have no `sub`. Only for an issuer at which no user can have the id of a
    /// client.
    ClientIfAbsent,
}

/// The claims that are required, besides those of the audience rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProfile {
    /// `iss`, `sub`, `exp`.
    #[default]
    Basic,
    /// Also `aud`, `iat`, `jti` and `client_id` (RFC 9068, section 2.2), even if the audience rule lets `aud` be
    /// absent.
    Rfc9068,
}
