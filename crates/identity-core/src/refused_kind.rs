//! Kinds of tokens that give no access to an API (RFC 8725, section 2.8).

use std::borrow::Cow;

use serde_json::Value;

use crate::claims::{self, CLIENTS, Claims};
use crate::token_error::{Excerpt, TokenError};

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
    /// `ID` among its claims (Keycloak), or with `token_type` = `id_token` (Descope). `nonce` counts as well, unless there
    /// is a client (in `client_id`, `azp`, `appid` or `cid`), and the header has the type `at+jwt` or there is a scope in
    /// `scope` or `scp`: some issuers copy it into access tokens.
    Id,
    /// A refresh token: gets new tokens from the provider (RFC 6749, section 1.5).
    ///
    /// Refused with every provider: a token with `token_type` or `token_use` = `refresh` or `refresh_token`, with `type` =
    /// `refresh`, or with `typ` = `Refresh` or `Offline` among its claims (Keycloak).
    Refresh,
    /// A logout token: ends a session (OpenID Connect Back-Channel Logout, section 2.4).
    ///
    /// Refused with every provider: a token with `events`, or with `typ` = `Logout` among its claims (Keycloak).
    Logout,
}

impl From<TokenKind> for TokenError {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Id => Self::IdToken,
            TokenKind::Refresh => Self::RefreshToken,
            TokenKind::Logout => Self::TypeNotAllowed(Excerpt::new(Some("logout token"))),
        }
    }
}

/// The claims, and their values, that no access token has; `None` for any value.
const MARKS: [(TokenKind, &str, Option<&str>); 14] = [
    (TokenKind::Id, "at_hash", None),
    (TokenKind::Id, "c_hash", None),
    (TokenKind::Id, "token_use", Some("id")),
    (TokenKind::Id, "typ", Some("ID")),
    (TokenKind::Id, "token_type", Some("id_token")),
    (TokenKind::Refresh, "token_type", Some("refresh")),
    (TokenKind::Refresh, "token_type", Some("refresh_token")),
    (TokenKind::Refresh, "token_use", Some("refresh")),
    (TokenKind::Refresh, "token_use", Some("refresh_token")),
    (TokenKind::Refresh, "type", Some("refresh")),
    (TokenKind::Refresh, "typ", Some("Refresh")),
    (TokenKind::Refresh, "typ", Some("Offline")),
    (TokenKind::Logout, "typ", Some("Logout")),
    (TokenKind::Logout, "events", None),
];

/// Returns the kind of a token that gives no access with any provider. `is_at_jwt` says whether its header has the type
/// `at+jwt`.
pub(crate) fn kind_of(claims: &Claims, is_at_jwt: bool) -> Option<TokenKind> {
    let mark = MARKS.iter().find(|(_, name, value)| {
        let claim = claims.get(*name);
        claim.is_some_and(|claim| value.is_none() || claim.as_str() == *value)
    });
    mark.map(|(kind, ..)| *kind)
        .or_else(|| has_a_nonce_of_its_own(claims, is_at_jwt).then_some(TokenKind::Id))
}

/// Returns whether there is a `nonce` that was not copied into an access token.
fn has_a_nonce_of_its_own(claims: &Claims, is_at_jwt: bool) -> bool {
    let has_scope = |name: &&str| !claims::scopes(claims.get(*name)).is_empty();
    let is_text = |name: &&str| {
        let text = claims.get(*name).and_then(Value::as_str);
        text.is_some_and(|text| !text.is_empty())
    };
    let may_be_copied =
        CLIENTS.iter().any(is_text) && (is_at_jwt || ["scope", "scp"].iter().any(has_scope));
    claims.contains_key("nonce") && !may_be_copied
}
