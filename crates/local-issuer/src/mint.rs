//! Tokens of any kind, right or wrong, for tests.

mod minted;
mod signature;
mod signer;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use minted::{MintError, Minted};
pub use signature::SignatureFault;
pub use signer::{PublicKeyForm, Signer};

use crate::claims::TokenKind;
use crate::jwt;
use crate::keys::Algorithm;
use crate::provider::ProviderState;

/// A token in the making: start with [`ProviderHandle::mint`](crate::ProviderHandle::mint), change what should be wrong about it, end with [`Self::token`].
///
/// Nothing is checked on the way; whether a token is good is for the service under test to find out.
#[derive(Clone)]
#[must_use = "a token is made by .token()"]
pub struct Mint {
    provider: Arc<ProviderState>,
    kind: TokenKind,
    claims: Map<String, Value>,
    payload: Option<Vec<u8>>,
    header_changes: Vec<(String, Option<Value>)>,
    header: Option<Vec<u8>>,
    signer: Signer,
    algorithm: Option<Algorithm>,
    embeds_key: bool,
    signature: Option<SignatureFault>,
    segments: Vec<(Segment, String)>,
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

impl Mint {
    pub(crate) fn new(
        provider: Arc<ProviderState>,
        kind: TokenKind,
        claims: Map<String, Value>,
    ) -> Self {
        Self {
            provider,
            kind,
            claims,
            payload: None,
            header_changes: Vec::new(),
            header: None,
            signer: Signer::Current,
            algorithm: None,
            embeds_key: false,
            signature: None,
            segments: Vec::new(),
        }
    }

    /// Sets a claim, of whatever type.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Makes it a token of this kind, as far as the header tells the kinds apart; the claims stay.
    pub fn of_kind(mut self, kind: TokenKind) -> Self {
        self.kind = kind;
        self
    }

    /// Leaves a claim out.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.shift_remove(name);
        self
    }

    /// Sets `exp` to some seconds from now, by the provider's clock; negative for a token that has expired.
    pub fn expires_in(self, seconds: i64) -> Self {
        let now = self.provider.clock.now();
        self.claim("exp", now.saturating_add(seconds))
    }

    /// Takes these bytes for the payload instead of the claims: not JSON, or JSON with a member twice.
    pub fn payload(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.payload = Some(bytes.into());
        self
    }

    /// Sets a member of the header; `alg` and `kid` set here do not change who signs or how.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header_changes
            .push((name.to_owned(), Some(value.into())));
        self
    }

    /// Leaves a member of the header out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header_changes.push((name.to_owned(), None));
        self
    }

    /// Takes these bytes for the header.
    pub fn header_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.header = Some(bytes.into());
        self
    }

    /// Chooses who signs.
    pub fn signed_by(mut self, signer: Signer) -> Self {
        self.signer = signer;
        self
    }

    /// Signs with this algorithm instead of the one the key is published for; it must suit the key.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Puts the public half of the key that signs into the header, as `jwk`: whoever takes the key from there takes anybody's token.
    pub fn embedding_the_key(mut self) -> Self {
        self.embeds_key = true;
        self
    }

    /// Changes one bit of the signature.
    pub fn corrupted_signature(self) -> Self {
        self.signature(SignatureFault::Corrupted)
    }

    /// Makes something wrong with the signature.
    pub fn signature(mut self, fault: SignatureFault) -> Self {
        self.signature = Some(fault);
        self
    }

    /// Takes this text for a segment, just as it is; the signature still covers what the header and the payload become.
    pub fn segment(mut self, segment: Segment, text: impl Into<String>) -> Self {
        self.segments.push((segment, text.into()));
        self
    }

    /// The claims as they stand.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Makes the token.
    ///
    /// # Errors
    /// If the key that should sign is not there, or cannot sign with the algorithm.
    pub fn token(&self) -> Result<String, MintError> {
        self.minted().map(|minted| minted.token)
    }

    /// Makes the token, and tells the key.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub fn minted(&self) -> Result<Minted, MintError> {
        let hand = self.signer.resolve(&self.provider, self.algorithm)?;
        Ok(Minted {
            token: self.signed_by_hand(&hand)?,
            jwk: hand.jwk()?,
        })
    }

    fn signed_by_hand(&self, hand: &signer::Hand) -> Result<String, MintError> {
        let header = match self.replaced(Segment::Header) {
            Some(segment) => segment,
            None => jwt::segment(&self.header_for(hand)?),
        };
        let payload = self
            .replaced(Segment::Payload)
            .unwrap_or_else(|| jwt::segment(&self.payload_bytes()));
        let input = format!("{header}.{payload}");
        if let Some(signature) = self.replaced(Segment::Signature) {
            return Ok(format!("{input}.{signature}"));
        }
        let signature = hand.sign(input.as_bytes())?;
        match self.signature {
            Some(fault) => Ok(format!(
                "{input}.{}",
                fault.apply(signature, hand.algorithm())?
            )),
            None => Ok(jwt::with_signature(input, &signature)),
        }
    }

    fn header_for(&self, hand: &signer::Hand) -> Result<Vec<u8>, MintError> {
        if let Some(bytes) = &self.header {
            return Ok(bytes.clone());
        }
        let mut header =
            self.provider
                .kind()
                .header(hand.alg(), hand.kid(), self.provider.typ(self.kind));
        if let Some(jwk) = hand.jwk()?.filter(|_| self.embeds_key) {
            header.insert("jwk".to_owned(), jwk);
        }
        for (name, value) in &self.header_changes {
            match value {
                Some(value) => header.insert(name.clone(), value.clone()),
                None => header.shift_remove(name),
            };
        }
        Ok(Value::Object(header).to_string().into_bytes())
    }

    fn payload_bytes(&self) -> Vec<u8> {
        let claims = || Value::Object(self.claims.clone()).to_string().into_bytes();
        self.payload.clone().unwrap_or_else(claims)
    }

    /// The text that was given for a segment last.
    fn replaced(&self, segment: Segment) -> Option<String> {
        self.segments
            .iter()
            .rev()
            .find(|(known, _)| *known == segment)
            .map(|(_, text)| text.clone())
    }
}

impl std::fmt::Debug for Mint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Mint")
            .field("kind", &self.kind)
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}
