//! What a token is made from, before a dialect makes claims of it.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::personas::Persona;

/// What kind of token to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenKind {
    /// An access token, for an API.
    #[default]
    Access,
    /// An ID token, for the client.
    Id,
    /// Descope's session token (`drn` `DS`): a user's, or what an access key is exchanged for. Auth0 has none.
    Session,
    /// A refresh token. Auth0's are opaque, so that only Descope's can be minted.
    Refresh,
    /// Descope's refresh token of a session (`drn` `DSR`). Auth0 has none.
    SessionRefresh,
}

/// One token to be made.
pub(crate) struct ClaimsRequest<'a> {
    pub(crate) persona: &'a Persona,
    /// The scopes that were granted.
    pub(crate) scopes: &'a [String],
    pub(crate) issued_at: i64,
    /// The lifetime of an access token, in seconds.
    pub(crate) lifetime: i64,
}

impl ClaimsRequest<'_> {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// `scope` as tokens and responses write it.
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(" ")
    }

    pub(crate) fn expires_at(&self) -> i64 {
        self.issued_at.saturating_add(self.lifetime)
    }

    /// Adds what the granted scopes tell of the persona's profile: `told` are scopes, claims and their values.
    pub(crate) fn insert_profile(
        &self,
        claims: &mut Map<String, Value>,
        told: &[(&str, &str, &Option<String>)],
    ) {
        for (scope, claim, value) in told {
            if let Some(value) = value.as_ref().filter(|_| self.has_scope(scope)) {
                claims.insert((*claim).to_owned(), value.as_str().into());
            }
        }
        let profile = &self.persona.profile;
        if profile.email.is_some() && self.has_scope("email") {
            claims.insert("email_verified".to_owned(), profile.email_verified.into());
        }
    }

    /// The time some seconds after `issued_at`, written as in [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339).
    pub(crate) fn date_after(&self, seconds: i64) -> String {
        OffsetDateTime::from_unix_timestamp(self.issued_at.saturating_add(seconds))
            .ok()
            .and_then(|date| date.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}
