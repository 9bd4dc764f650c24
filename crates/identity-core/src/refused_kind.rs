//! Kinds of tokens that give no access to an API (RFC 8725, section 2.8).

use std::borrow::Cow;

use crate::claims::{self, Claims};
use crate::token_error::TokenError;

/// A claim that identifies a token as something other than an access token (RFC 8725, section 2.8).
#[derive(Debug, Clone)]
pub struct RefusedKind {
    /// The kind of token.
    pub kind: TokenKind,
    /// The name of the claim.
    pub claim: Cow<'static, str>,
    /// The value of the claim; `None` for any value.
    pub value: Option<Cow<'static, str>>,
}

impl RefusedKind {
    /// Refuses tokens that have this claim, with any value.
    pub fn with_claim(kind: TokenKind, claim: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            claim: claim.into(),
            value: None,
        }
    }

    /// Refuses tokens in which the claim has this value.
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

/// A kind of token that gives no access to an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// An ID token: describes a sign-in (OpenID Connect Core, section 2).
    ///
    /// Refused with every provider: a token with `at_hash` or `c_hash`, with `token_use` = `id` (Cognito), with `typ` =
    /// `ID` among its claims (Keycloak), or with `token_type` = `id_token` (Descope). `nonce` counts as well, unless the
    /// header has the type `at+jwt` or there is a scope in `scope` or `scp`: some issuers copy it into access tokens.
    Id,
    /// A refresh token: gets new tokens from the provider (RFC 6749, section 1.5).
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

/// The claims, and their values, that only ID tokens have; `None` for any value.
const ID_TOKEN_MARKS: [(&str, Option<&str>); 5] = [
    ("at_hash", None),
    ("c_hash", None),
    ("token_use", Some("id")),
    ("typ", Some("ID")),
    ("token_type", Some("id_token")),
];

/// Returns whether a token is an ID token; see [`TokenKind::Id`]. `is_at_jwt` says whether its header has the type
/// `at+jwt`.
pub(crate) fn is_id_token(claims: &Claims, is_at_jwt: bool) -> bool {
    let is_marked = ID_TOKEN_MARKS.iter().any(|(name, value)| {
        let claim = claims.get(*name);
        claim.is_some_and(|claim| value.is_none() || claim.as_str() == *value)
    });
    let has_scope = |name: &&str| !claims::scopes(claims.get(*name)).is_empty();
    is_marked
        || claims.contains_key("nonce") && !is_at_jwt && !["scope", "scp"].iter().any(has_scope)
}
