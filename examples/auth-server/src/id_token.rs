//! ID tokens (OpenID Connect Core 1.0, section 2): made for a client, and read again as a hint.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::clock::UnixTime;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::json;

use crate::signing::{KeyFailure, Loaded, SigningAlgorithm, SigningKey};
use crate::store::orgs::seconds;
use crate::tokens::TokenConfig;

/// What an ID token says.
pub struct IdToken<'t> {
    /// The id of the user.
    pub subject: &'t str,
    /// The client.
    pub client: &'t str,
    /// The id of the session.
    pub session: &'t str,
    /// When the user gave the password, in seconds since 1970.
    pub auth_time: i64,
    /// The nonce of the authorization request.
    pub nonce: Option<&'t str>,
    /// The access token that is issued with it.
    pub access_token: &'t str,
}

/// What an ID token that comes back as a hint says. It may have expired.
#[derive(Debug, Deserialize)]
pub struct Hint {
    /// The id of the user.
    pub sub: String,
    /// The client.
    pub aud: String,
}

impl TokenConfig {
    /// Returns an ID token signed with `key`. It is valid as long as the access token.
    pub fn id_token(
        &self,
        key: &SigningKey,
        token: &IdToken<'_>,
        now: UnixTime,
    ) -> Result<String, KeyFailure> {
        let now = seconds(now);
        let mut claims = json!({
            "iss": self.issuer,
            "sub": token.subject,
            "aud": token.client,
            "exp": now.saturating_add_unsigned(self.access_lifetime.as_secs()),
            "iat": now,
            "auth_time": token.auth_time,
            "at_hash": at_hash(key.algorithm(), token.access_token),
            "sid": token.session,
        });
        if let (Some(claims), Some(nonce)) = (claims.as_object_mut(), token.nonce) {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        key.id_token(&claims)
    }

    /// Returns what an ID token of this server says, expired or not. Returns `None` for any other text, such as an access
    /// token, or a token whose key is published no more.
    pub fn hint(&self, keys: &Loaded, token: &str) -> Option<Hint> {
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some("JWT") {
            return None;
        }
        let key = DecodingKey::from_jwk(keys.jwks().find(header.kid.as_deref()?)?).ok()?;
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["iss", "sub", "aud"]);
        validation.set_issuer(&[&self.issuer]);
        let decoded = decode(token, &key, &validation).ok()?;
        Some(decoded.claims)
    }
}

/// Returns the left half of the hash of the access token, by the hash of the signature algorithm (section 3.1.3.6).
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let hash = match algorithm {
        SigningAlgorithm::EdDsa => digest(&SHA512, access_token.as_bytes()),
        _ => digest(&SHA256, access_token.as_bytes()),
    };
    let hash = hash.as_ref();
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::at_hash;
    use crate::signing::SigningAlgorithm;

    #[test]
    fn the_hash_of_the_access_token_is_that_of_the_specification() {
        // OpenID Connect Core 1.0, appendix A.3.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        let hash = at_hash(SigningAlgorithm::Rs256, token);
        assert_eq!(hash, "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(SigningAlgorithm::EdDsa, token).len(), 43);
    }
}
