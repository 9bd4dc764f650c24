//! What a token is made from, before a dialect makes claims of it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::personas::Persona;
use crate::sign_in::Grant;

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
    /// How the persona signed in; `None` if no person did.
    pub(crate) signed_in: Option<SignedIn<'a>>,
}

/// How a persona signed in.
#[derive(Clone, Copy)]
pub(crate) struct SignedIn<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) auth_time: i64,
    /// The session of the browser.
    pub(crate) sid: &'a str,
    /// The access token that an ID token comes with.
    pub(crate) access_token: Option<&'a str>,
    /// The tenant or organization that was chosen.
    pub(crate) tenant: Option<&'a str>,
}

impl<'a> SignedIn<'a> {
    /// How the person signed in who gave this to a client.
    pub(crate) fn of(grant: &'a Grant) -> Self {
        Self {
            client_id: &grant.client_id,
            nonce: grant.nonce.as_deref(),
            auth_time: grant.auth_time,
            sid: &grant.sid,
            access_token: None,
            tenant: grant.target.tenant.as_deref(),
        }
    }
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

    /// The client that the token is for; without one a persona is its own client.
    pub(crate) fn client_id(&self) -> &str {
        let signed_in = self.signed_in.as_ref();
        signed_in.map_or(&self.persona.client_id, |signed_in| signed_in.client_id)
    }

    /// The tenant or organization that a person chose.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.signed_in.as_ref()?.tenant
    }

    /// Adds what an ID token says of the sign-in
    /// ([OpenID Connect Core, 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    pub(crate) fn insert_sign_in(&self, claims: &mut Map<String, Value>) {
        let Some(signed_in) = &self.signed_in else {
            return;
        };
        if let Some(nonce) = signed_in.nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        claims.insert("auth_time".to_owned(), signed_in.auth_time.into());
        claims.insert("sid".to_owned(), signed_in.sid.into());
        if let Some(access_token) = signed_in.access_token {
            claims.insert("at_hash".to_owned(), at_hash(access_token).into());
        }
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

/// The left half of the SHA-256 of an access token
/// ([OpenID Connect Core, 3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)); the provider signs ID tokens
/// with an algorithm that uses SHA-256.
fn at_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}
