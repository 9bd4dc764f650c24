//! What a token is to be, as the control plane takes it in JSON.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::signature::SignatureFault;
use super::signer::Signer;
use crate::claims::TokenKind;
use crate::keys::Algorithm;

/// Everything that can be changed about a token.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MintOrder {
    /// Whose claims to start with; none if absent.
    pub(super) persona: Option<String>,
    pub(super) kind: TokenKind,
    pub(super) claims: Map<String, Value>,
    pub(super) without_claims: Vec<String>,
    pub(super) expires_in_seconds: Option<i64>,
    /// Bytes instead of the claims.
    #[serde(deserialize_with = "some_bytes")]
    pub(super) payload: Option<Vec<u8>>,
    pub(super) header: Map<String, Value>,
    pub(super) without_header: Vec<String>,
    /// Bytes instead of the header.
    #[serde(deserialize_with = "some_bytes")]
    pub(super) header_text: Option<Vec<u8>>,
    pub(super) signer: Signer,
    pub(super) algorithm: Option<Algorithm>,
    /// Puts the signing key into the header.
    pub(super) embed_key: bool,
    pub(super) signature: Option<SignatureFault>,
    pub(super) segments: Segments,
}

/// Segments just as they are.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Segments {
    pub(super) header: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) signature: Option<String>,
}

/// One of the three parts of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

impl MintOrder {
    pub(crate) fn of_persona(name: &str, kind: TokenKind) -> Self {
        Self {
            persona: Some(name.to_owned()),
            kind,
            ..Self::default()
        }
    }
}

impl Segments {
    pub(super) fn of_mut(&mut self, segment: Segment) -> &mut Option<String> {
        match segment {
            Segment::Header => &mut self.header,
            Segment::Payload => &mut self.payload,
            Segment::Signature => &mut self.signature,
        }
    }
}

fn some_bytes<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Vec<u8>>, D::Error> {
    Option::<String>::deserialize(text).map(|text| text.map(String::into_bytes))
}
