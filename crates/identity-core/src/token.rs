//! Parsing of a token. Each part is decoded once, and nothing in it is trusted yet.

use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::Claims;
use crate::header::Header;
use crate::json;
use crate::token_error::{Malformed, TokenError};

/// The parts of a JWT in compact serialization (RFC 7515, section 7.1). The signature is not checked.
pub(crate) struct UnverifiedToken<'t> {
    pub(crate) header: Header,
    pub(crate) claims: Claims,
    /// The signing input: the encoded header, a dot, and the encoded payload.
    pub(crate) signing_input: &'t str,
    /// The signature, still base64url-encoded.
    pub(crate) signature: &'t str,
}

impl<'t> UnverifiedToken<'t> {
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        Self::split(token).map_err(TokenError::Malformed)
    }

    /// Returns the length of the whole token, in bytes.
    pub(crate) fn length(&self) -> usize {
        self.signing_input.len() + 1 + self.signature.len()
    }

    fn split(token: &'t str) -> Result<Self, Malformed> {
        let (signing_input, signature) = token.rsplit_once('.').ok_or_else(|| too_short(token))?;
        let (header, payload) = signing_input
            .split_once('.')
            .ok_or_else(|| too_short(token))?;
        if payload.contains('.') {
            return Err(too_long(token, header));
        }
        let mut bytes = Vec::with_capacity(signing_input.len());
        URL_SAFE_NO_PAD
            .decode_vec(header, &mut bytes)
            .map_err(|_| Malformed::HeaderEncoding)?;
        let header = json::whole(&bytes, PhantomData::<Header>).map_err(|_| Malformed::Header)?;
        bytes.clear();
        URL_SAFE_NO_PAD
            .decode_vec(payload, &mut bytes)
            .map_err(|_| Malformed::PayloadEncoding)?;
        let claims = json::object(&bytes).map_err(|_| Malformed::Payload)?;
        Ok(Self {
            header,
            claims,
            signing_input,
            signature,
        })
    }
}

/// Returns what a token with fewer than three segments is. Opaque tokens are random, so they are longer than what people
/// try out by hand.
fn too_short(token: &str) -> Malformed {
    match token.len() >= 20 && is_opaque(token) {
        true => Malformed::Opaque,
        false => Malformed::NotEnoughSegments,
    }
}

/// Returns whether the token is a bearer token (RFC 6750, section 2.1) that is no JWT, nor the beginning of one: a JWT has
/// three segments or more, and begins with an encoded `{"`.
pub(crate) fn is_opaque(token: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let characters = token.trim_end_matches('=');
    !token.starts_with("eyJ")
        && !characters.is_empty()
        && characters.bytes().all(is_of_token)
        && token.bytes().filter(|byte| *byte == b'.').count() < 2
}

/// Returns what a token with more than three segments is.
fn too_long(token: &str, header: &str) -> Malformed {
    let is_encrypted = || {
        let header = URL_SAFE_NO_PAD.decode(header).ok()?;
        Some(json::object(&header).ok()?.contains_key("enc"))
    };
    match token.split('.').count() == 5 && is_encrypted() == Some(true) {
        true => Malformed::Encrypted,
        false => Malformed::TooManySegments,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::UnverifiedToken;
    use crate::token_error::{Malformed, TokenError};

    fn encode(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn every_broken_form_has_its_own_reason() {
        let (object, list) = (encode("{}"), encode("[]"));
        let encrypted = encode(r#"{"alg":"dir","enc":"A256GCM","iss":"https://a/"}"#);
        let twice = encode(r#"{"sub":"a","sub":"b"}"#);
        let cases = [
            ("".to_owned(), Malformed::NotEnoughSegments),
            (
                "invalid_token_here".to_owned(),
                Malformed::NotEnoughSegments,
            ),
            (format!("{object}.{object}"), Malformed::NotEnoughSegments),
            (format!("{object}.{object}.x.y"), Malformed::TooManySegments),
            (format!("{object}.a.b.c.d"), Malformed::TooManySegments),
            (
                "M7aQxYm5s2dGbP0rTzL9vKc8WnEhJu4f".to_owned(),
                Malformed::Opaque,
            ),
            ("ya29.a0AfB_byC1d2e3f4g5h6".to_owned(), Malformed::Opaque),
            (
                "ory_at_3Yx.q8Wm2Zc7".to_owned(),
                Malformed::NotEnoughSegments,
            ),
            (
                "eyJhbGciOiJSUzI1NiJ9.e30".to_owned(),
                Malformed::NotEnoughSegments,
            ),
            (
                format!(r#"{{"payload":"{object}"}}"#),
                Malformed::NotEnoughSegments,
            ),
            (format!("{encrypted}..iv.text.tag"), Malformed::Encrypted),
            (format!("{encrypted}.key.iv.text.tag"), Malformed::Encrypted),
            (format!("{encrypted}.a.b.c"), Malformed::TooManySegments),
            (format!("{encrypted}.a.b.c.d.e"), Malformed::TooManySegments),
            (format!("{encrypted}=.a.b.c.d"), Malformed::TooManySegments),
            (format!("{object}=.{object}.x"), Malformed::HeaderEncoding),
            (format!("é.{object}.x"), Malformed::HeaderEncoding),
            (format!("{list}.{object}.x"), Malformed::Header),
            (format!("..{object}"), Malformed::Header),
            (format!("{object}.+/+/.x"), Malformed::PayloadEncoding),
            (
                format!("{object}.{}.x", encode("not json")),
                Malformed::Payload,
            ),
            (format!("{object}.{twice}.x"), Malformed::Payload),
            (format!("{twice}.{object}.x"), Malformed::Header),
        ];
        for (token, expected) in cases {
            let Err(error) = UnverifiedToken::parse(&token) else {
                panic!("{token} was read")
            };
            assert_eq!(error, TokenError::Malformed(expected), "{token}");
        }
    }

    #[test]
    fn a_non_canonical_encoding_is_refused() {
        // "e30" is {}; the unused bits of the last character must be zero, so that a token has only one encoding.
        assert!(UnverifiedToken::parse("e30.e30.").is_ok());
        assert!(UnverifiedToken::parse("e31.e30.").is_err());
    }
}
