//! Refresh tokens: two secrets, so that a used one is recognised without being on record.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::tokens::{hash_of, secret};

/// A refresh token. It has no `Debug`.
///
/// All tokens of a session begin with the same secret, and each ends with one of its own. The database has the hashes of
/// the first, and of the latest second: a token with the right first secret and another second one was used before
/// (RFC 9700, section 4.14.2), or is made up by a client that has one of the session's tokens.
pub struct RefreshToken {
    family: String,
    own: String,
}

impl RefreshToken {
    /// The length of a secret, in characters.
    const SECRET: usize = 43;

    /// Returns the first token of a session. Fails if the system's random generator does.
    pub fn first() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let family = secret()?;
        Ok(Self {
            family,
            own: secret()?,
        })
    }

    /// Returns the next token of the same session: the same one for the same salt, a [`secret`] that is made anew for each.
    ///
    /// Who has both this token and the salt has the next token, and who has one of them does not.
    pub fn next(&self, salt: &str) -> Self {
        let key = Key::new(HMAC_SHA256, self.text().as_bytes());
        Self {
            family: self.family.clone(),
            own: URL_SAFE_NO_PAD.encode(sign(&key, salt.as_bytes())),
        }
    }

    /// Returns the token with this text. Any text is one; most are of no session. Those of earlier releases have an empty
    /// second secret.
    pub fn of(text: &str) -> Self {
        let (family, own) = text.split_at_checked(Self::SECRET).unwrap_or((text, ""));
        Self {
            family: family.to_owned(),
            own: own.to_owned(),
        }
    }

    /// Returns the text for the client.
    pub fn text(&self) -> String {
        format!("{}{}", self.family, self.own)
    }

    /// Returns the hash of what all tokens of the session have in common.
    pub fn family_hash(&self) -> String {
        hash_of(&self.family)
    }

    /// Returns the hash of what is this token's own.
    pub fn own_hash(&self) -> String {
        hash_of(&self.own)
    }
}

#[cfg(test)]
mod tests {
    use super::RefreshToken;

    #[test]
    fn tokens_of_a_session_have_one_half_in_common() {
        let first = RefreshToken::first().unwrap();
        let next = RefreshToken::of(&first.next("a salt").text());
        assert_eq!(next.text().len(), 86);
        assert_eq!(first.family_hash(), next.family_hash());
        assert_ne!(first.own_hash(), next.own_hash());
        assert_ne!(next.family_hash(), next.own_hash());
        let other = RefreshToken::first().unwrap();
        assert_ne!(first.family_hash(), other.family_hash());
    }

    #[test]
    fn the_next_token_is_made_of_the_whole_token_and_the_salt() {
        let first = RefreshToken::first().unwrap();
        let next = first.next("a salt").text();
        assert_eq!(first.next("a salt").text(), next);
        assert_ne!(first.next("another").text(), next);
        // Tokens of earlier releases have no second secret.
        let (one, other) = ("a".repeat(43), "b".repeat(43));
        let own = |text: &str| RefreshToken::of(text).next("a salt").own_hash();
        assert_ne!(own(&one), own(&other));
    }

    #[test]
    fn any_text_is_a_token() {
        let earlier = RefreshToken::of(&"a".repeat(43));
        assert_eq!(earlier.own_hash(), RefreshToken::of("").own_hash());
        // In the middle of a character.
        let text = format!("{}ü", "a".repeat(42));
        assert_eq!(RefreshToken::of(&text).text(), text);
    }
}
