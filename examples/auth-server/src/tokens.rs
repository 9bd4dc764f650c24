//! The content of access tokens.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::clock::UnixTime;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::policies::is_own;
use crate::signing::{KeyFailure, SigningKey};
use crate::store::orgs::seconds;

/// Configuration of tokens: issuer, audience and lifetimes.
#[derive(Debug, Clone)]
pub struct TokenConfig {
    /// The `iss` claim.
    pub issuer: String,
    /// The audience of tokens for other services; empty for tokens without `aud`.
    pub audience: Vec<String>,
    /// Whether permissions of this server are granted only if the scope names them.
    pub management_on_request: bool,
    /// The lifetime of an access token.
    pub access_lifetime: Duration,
    /// The lifetime of a session, which refreshing does not extend.
    pub session_lifetime: Duration,
    /// The maximum number of sessions of one user.
    pub max_sessions: u32,
    /// How long after its use a refresh token gets the same response again; zero for never.
    pub refresh_grace: Duration,
}

/// The subject and the rights of an access token.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The user, or the client if it acts on its own behalf.
    pub subject: String,
    /// The organization. A slug means nothing without it: every organization can create any slug.
    pub org: String,
    /// The requesting client: a machine client or [`FIRST_PARTY`].
    pub client: String,
    /// The session, if any.
    pub session: Option<String>,
    /// The names of the roles.
    pub roles: Vec<String>,
    /// The slugs of the granted permissions.
    pub scopes: Vec<String>,
}

/// The `client_id` of tokens from a sign-in at this server (required by RFC 9068, section 2.2).
pub const FIRST_PARTY: &str = "auth-server";

/// The scopes of OpenID Connect: who the user is. They are not permissions.
pub const IDENTITY_SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// Returns whether this is a scope of OpenID Connect.
pub fn is_identity(scope: &str) -> bool {
    IDENTITY_SCOPES.contains(&scope)
}

/// The maximum size of an issued token, in bytes: the services in this workspace accept 16 KiB.
pub const MAX_TOKEN_BYTES: usize = 15 * 1024;

/// The reason a token cannot be issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFailure {
    /// The rights do not fit into one token.
    #[error("the token would be longer than {MAX_TOKEN_BYTES} bytes")]
    TooLarge,
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFailure),
}

impl TokenConfig {
    /// Returns an access token (RFC 9068) signed with `key`.
    pub fn access_token(
        &self,
        key: &SigningKey,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<String, TokenFailure> {
        let token = key.token(&self.claims(grant, seconds(now)))?;
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFailure::TooLarge);
        }
        Ok(token)
    }

    /// Returns the audience of tokens for the management routes, which no other service may accept.
    pub fn management_audience(&self) -> String {
        format!("{}/management", self.issuer)
    }

    /// Returns the permissions of `held` to grant for the requested scope `asked`: all if the scope is empty, except
    /// those that are granted on request only. Returns `None` if none of the requested permissions is held.
    pub fn granted(&self, asked: &str, held: &[String]) -> Option<Vec<String>> {
        let asked: Vec<_> = asked.split(' ').filter(|name| !name.is_empty()).collect();
        let is_granted = |slug: &&String| match asked.as_slice() {
            [] => !self.is_on_request(slug),
            asked => asked.contains(&slug.as_str()),
        };
        let granted: Vec<_> = held.iter().filter(is_granted).cloned().collect();
        (asked.is_empty() || !granted.is_empty()).then_some(granted)
    }

    /// Returns what to grant to a person for the requested scope: as [`granted`](Self::granted), with the scopes of OpenID
    /// Connect, which everyone has. A scope of these alone asks for no permission.
    pub fn granted_to_person(&self, asked: &str, held: &[String]) -> Option<Vec<String>> {
        let names = asked.split_ascii_whitespace();
        let mut identity: Vec<_> = names.filter(|name| is_identity(name)).collect();
        if identity.is_empty() {
            return self.granted(asked, held);
        }
        identity.sort_unstable();
        identity.dedup();
        let asked: Vec<_> = asked.split_ascii_whitespace().collect();
        let held = held.iter().filter(|slug| asked.contains(&slug.as_str()));
        let identity = identity.into_iter().map(str::to_owned);
        Some(identity.chain(held.cloned()).collect())
    }

    /// Returns whether an empty scope does not ask for this permission.
    pub fn is_on_request(&self, slug: &str) -> bool {
        self.management_on_request && is_own(slug)
    }

    /// Returns the `aud` claim: a string if there is one audience, a list if there are several, `None` without any.
    fn audience_of(&self, scopes: &[String]) -> Option<Value> {
        let mut audience = self.audience.clone();
        if scopes.iter().any(|slug| is_own(slug)) {
            if self.management_on_request {
                audience.clear();
            }
            audience.push(self.management_audience());
        }
        match audience.as_slice() {
            [] => None,
            [one] => Some(json!(one)),
            several => Some(json!(several)),
        }
    }

    fn claims(&self, grant: &Grant, now: i64) -> Value {
        let mut claims = json!({
            "iss": self.issuer,
            "sub": grant.subject,
            "exp": now.saturating_add_unsigned(self.access_lifetime.as_secs()),
            "iat": now,
            "nbf": now,
            "jti": Uuid::now_v7().to_string(),
            "client_id": grant.client,
            "org_id": grant.org,
            "roles": grant.roles,
            "scopes": grant.scopes,
            "scope": grant.scopes.join(" "),
        });
        let optional = [
            ("aud", self.audience_of(&grant.scopes)),
            ("sid", grant.session.as_ref().map(|session| json!(session))),
        ];
        if let Some(claims) = claims.as_object_mut() {
            for (name, value) in optional {
                claims.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        claims
    }
}

/// Returns 256 random bits in base64url: half of a refresh token, or a client secret. Fails if the system's random generator
/// does.
pub fn secret() -> Result<String, aws_lc_rs::error::Unspecified> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the hash of a [`secret`] to store. A slow hash is not needed: 256 bits cannot be guessed.
pub fn hash_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use identity_core::clock::UnixTime;
    use serde_json::{Value, json};

    use super::{Grant, TokenConfig, TokenFailure, hash_of, secret};
    use crate::signing::{SigningAlgorithm, SigningKey};

    fn config(audience: &[&str], management_on_request: bool) -> TokenConfig {
        TokenConfig {
            issuer: "https://id.example".to_owned(),
            audience: audience.iter().map(ToString::to_string).collect(),
            management_on_request,
            access_lifetime: Duration::from_secs(600),
            session_lifetime: Duration::from_secs(6000),
            max_sessions: 1,
            refresh_grace: Duration::ZERO,
        }
    }

    fn token(audience: &[&str], scopes: usize) -> Result<Value, TokenFailure> {
        let config = config(audience, false);
        let grant = Grant {
            subject: "U1".to_owned(),
            org: "O1".to_owned(),
            client: "C1".to_owned(),
            session: None,
            roles: vec!["user".to_owned()],
            scopes: vec!["a.b.c".to_owned(); scopes],
        };
        let key = SigningKey::generate(SigningAlgorithm::EdDsa).unwrap();
        let token = config.access_token(&key, &grant, UnixTime::from_seconds(1000.9))?;
        let claims = token.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        Ok(serde_json::from_slice(&claims).unwrap())
    }

    #[test]
    fn one_audience_is_a_text_and_several_are_a_list() {
        let one = token(&["a"], 2).unwrap();
        assert_eq!(one["aud"], "a");
        assert_eq!(token(&["a", "b"], 2).unwrap()["aud"], json!(["a", "b"]));
        for (name, value) in [("iat", 1000), ("nbf", 1000), ("exp", 1600)] {
            assert_eq!(one[name], value, "{name}");
        }
        assert_eq!(one["scopes"], json!(["a.b.c", "a.b.c"]));
        assert_eq!(one["scope"], "a.b.c a.b.c");
        assert_eq!(one.get("sid"), None);
        assert_ne!(one["jti"], token(&["a"], 2).unwrap()["jti"]);
    }

    #[test]
    fn a_token_that_nobody_would_read_is_not_issued() {
        assert!(matches!(token(&["a"], 1000), Err(TokenFailure::TooLarge)));
    }

    #[test]
    fn what_is_asked_for_is_cut_down_to_what_is_held() {
        let held = ["a.b.c", "a.b.d", "auth_server.user.read"].map(str::to_owned);
        for on_request in [false, true] {
            let config = config(&["a"], on_request);
            assert_eq!(config.granted("x.y.z", &held), None);
            assert_eq!(config.granted("x.y.z", &[]), None);
            assert_eq!(config.granted("a.b", &held), None);
            assert_eq!(config.granted("x.y.z  a.b.d", &held).unwrap(), ["a.b.d"]);
            let own = config.granted("auth_server.user.read", &held);
            assert_eq!(own.unwrap(), ["auth_server.user.read"]);
            let everything = if on_request { &held[..2] } else { &held };
            for nothing in ["", "  "] {
                assert_eq!(config.granted(nothing, &held).unwrap(), everything);
            }
            assert!(config.granted("", &[]).unwrap().is_empty());
        }
    }

    #[test]
    fn only_a_token_with_permissions_of_this_server_has_the_audience_of_management() {
        let management = "https://id.example/management";
        let own = ["a.b.c", "auth_server.user.read"].map(str::to_owned);
        for (on_request, expected) in [(false, json!(["a", management])), (true, json!(management))]
        {
            let config = config(&["a"], on_request);
            assert_eq!(config.audience_of(&own), Some(expected));
            assert_eq!(config.audience_of(&own[..1]), Some(json!("a")));
            let none = self::config(&[], on_request);
            assert_eq!(none.audience_of(&own), Some(json!(management)));
            assert_eq!(none.audience_of(&own[..1]), None);
        }
    }

    #[test]
    fn a_secret_is_43_characters_of_chance() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), hash_of(&one).len()), (43, 43));
        assert_ne!(hash_of(&one), hash_of(&other));
    }
}
