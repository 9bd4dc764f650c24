//! A token taken apart: every part is decoded once, and nothing in it is believed yet.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::claims::Claims;
use crate::json;
use crate::token_error::{Malformed, TokenError};

/// The parts of a JWT in compact form (RFC 7515, section 7.1). The signature is not checked.
pub(crate) struct UnverifiedToken<'t> {
    pub(crate) header: Header,
    pub(crate) claims: Claims,
    /// What the signature is over: both encoded parts and the dot between them.
    pub(crate) signing_input: &'t str,
    /// Still encoded.
    pub(crate) signature: &'t str,
}

impl<'t> UnverifiedToken<'t> {
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        Self::split(token).map_err(TokenError::Malformed)
    }

    fn split(token: &'t str) -> Result<Self, Malformed> {
        let (signing_input, signature) =
            token.rsplit_once('.').ok_or(Malformed::NotEnoughSegments)?;
        let (header, payload) = signing_input
            .split_once('.')
            .ok_or(Malformed::NotEnoughSegments)?;
        if payload.contains('.') {
            return Err(Malformed::TooManySegments);
        }
        let header = URL_SAFE_NO_PAD
            .decode(header)
            .map_err(|_| Malformed::HeaderEncoding)?;
        let header = Header(json::object(&header).map_err(|_| Malformed::Header)?);
        let payload = URL_SAFE_NO_PAD
            .decode(payload)
            .map_err(|_| Malformed::PayloadEncoding)?;
        let claims = json::object(&payload).map_err(|_| Malformed::Payload)?;
        Ok(Self {
            header,
            claims,
            signing_input,
            signature,
        })
    }
}

/// A JOSE header (RFC 7515, section 4).
pub(crate) struct Header(Map<String, Value>);

impl Header {
    /// Members that bring or point to a key of the sender's choice.
    const KEYS_OF_ITS_OWN: [&str; 4] = ["jwk", "jku", "x5u", "x5c"];

    /// `alg`, if it is a string.
    pub(crate) fn algorithm(&self) -> Option<&str> {
        self.0.get("alg")?.as_str()
    }

    /// `kid`, if it is a string that is not empty.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.0.get("kid")?.as_str().filter(|kid| !kid.is_empty())
    }

    /// `typ` as it came.
    pub(crate) fn token_type(&self) -> Option<&Value> {
        self.0.get("typ")
    }

    /// Whether `crit` is there, in whatever form.
    pub(crate) fn is_critical(&self) -> bool {
        self.0.contains_key("crit")
    }

    /// The first member that brings or points to a key.
    pub(crate) fn embedded_key(&self) -> Option<&'static str> {
        Self::KEYS_OF_ITS_OWN
            .into_iter()
            .find(|name| self.0.contains_key(*name))
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
        // "e30" is {}; the last character's unused bits must be zero, so that one token has one text.
        assert!(UnverifiedToken::parse("e30.e30.").is_ok());
        assert!(UnverifiedToken::parse("e31.e30.").is_err());
    }
}
