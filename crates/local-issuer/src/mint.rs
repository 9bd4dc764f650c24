//! Tokens of any kind, right or wrong, for tests.

mod minted;
mod order;
mod signature;
mod signer;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use minted::{MintError, Minted};
pub use order::Segment;
pub use signature::SignatureFault;
pub use signer::{PublicKeyForm, Signer};

pub(crate) use order::MintOrder;

use crate::claims::TokenKind;
use crate::jwt;
use crate::keys::Algorithm;
use crate::provider::Provider;

/// A token in the making: start with [`ProviderHandle::mint`](crate::ProviderHandle::mint), change what should be wrong about it, end with [`Self::token`].
///
/// Nothing is checked on the way; whether a token is good is for the service under test to decide.
#[derive(Clone)]
#[must_use = "a token is made by .token()"]
pub struct Mint {
    provider: Arc<Provider>,
    claims: Map<String, Value>,
    order: MintOrder,
}

impl Mint {
    /// Starts with the claims of the persona that the order names, or with none, and makes the order's changes to them.
    pub(crate) fn new(provider: Arc<Provider>, mut order: MintOrder) -> Result<Self, MintError> {
        let claims = match &order.persona {
            None => Map::new(),
            Some(name) => {
                let persona = provider.personas.iter().find(|known| known.name == *name);
                let persona = persona.ok_or_else(|| MintError::UnknownPersona(name.clone()))?;
                let claims = provider.claims(persona, order.kind);
                claims.ok_or(MintError::NoSuchToken { kind: order.kind })?
            }
        };
        let (changes, removed) = (
            std::mem::take(&mut order.claims),
            std::mem::take(&mut order.without_claims),
        );
        let mut mint = Self {
            provider,
            claims,
            order,
        };
        if let Some(seconds) = mint.order.expires_in_seconds {
            mint = mint.expires_in(seconds);
        }
        mint.claims.extend(changes);
        Ok(removed
            .iter()
            .fold(mint, |mint, name| mint.without_claim(name)))
    }

    /// Starts with these claims.
    pub(crate) fn of_claims(provider: Arc<Provider>, claims: Map<String, Value>) -> Self {
        Self {
            provider,
            claims,
            order: MintOrder::default(),
        }
    }

    /// Sets a claim, of any type.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Makes it a token of this kind, as far as the headers of the kinds differ; the claims stay.
    pub fn of_kind(mut self, kind: TokenKind) -> Self {
        self.order.kind = kind;
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
        self.order.payload = Some(bytes.into());
        self
    }

    /// Sets a member of the header; `alg` and `kid` set here do not change who signs or how.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.order.without_header.retain(|removed| removed != name);
        self.order.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a member of the header out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.order.without_header.push(name.to_owned());
        self
    }

    /// Takes these bytes for the header.
    pub fn header_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.order.header_text = Some(bytes.into());
        self
    }

    /// Chooses who signs.
    pub fn signed_by(mut self, signer: Signer) -> Self {
        self.order.signer = signer;
        self
    }

    /// Signs with this algorithm instead of the one the key is published for; it must suit the key.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.order.algorithm = Some(algorithm);
        self
    }

    /// Puts the public half of the key that signs into the header, as `jwk`: a verifier that uses that key accepts any token.
    pub fn embedding_the_key(mut self) -> Self {
        self.order.embed_key = true;
        self
    }

    /// Changes one bit of the signature.
    pub fn corrupted_signature(self) -> Self {
        self.signature(SignatureFault::Corrupted)
    }

    /// Makes something wrong with the signature.
    pub fn signature(mut self, fault: SignatureFault) -> Self {
        self.order.signature = Some(fault);
        self
    }

    /// Takes this text for a segment, just as it is; the signature still covers what the header and the payload become.
    pub fn segment(mut self, segment: Segment, text: impl Into<String>) -> Self {
        *self.order.segments.of_mut(segment) = Some(text.into());
        self
    }

    /// Returns the claims as they are now.
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

    /// Makes the token, and returns its key too.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub fn minted(&self) -> Result<Minted, MintError> {
        let order = &self.order;
        let hand = order.signer.resolve(&self.provider, order.algorithm)?;
        Ok(Minted {
            token: self.signed_by_hand(&hand)?,
            jwk: hand.jwk(),
        })
    }

    fn signed_by_hand(&self, hand: &signer::Hand) -> Result<String, MintError> {
        let segments = &self.order.segments;
        let segment = |given: &Option<String>, bytes: &dyn Fn() -> Vec<u8>| {
            given.clone().unwrap_or_else(|| jwt::segment(&bytes()))
        };
        let header = segment(&segments.header, &|| self.header_bytes_for(hand));
        let payload = segment(&segments.payload, &|| self.payload_bytes());
        let input = format!("{header}.{payload}");
        let signature = match (&segments.signature, self.order.signature) {
            (Some(text), _) => text.clone(),
            (None, Some(fault)) => fault.apply(hand.sign(input.as_bytes())?, hand.algorithm())?,
            (None, None) => jwt::segment(&hand.sign(input.as_bytes())?),
        };
        Ok(format!("{input}.{signature}"))
    }

    fn header_bytes_for(&self, hand: &signer::Hand) -> Vec<u8> {
        let order = &self.order;
        if let Some(bytes) = &order.header_text {
            return bytes.clone();
        }
        let mut header = self.provider.header(hand.alg(), hand.kid(), order.kind);
        if let Some(jwk) = hand.jwk().filter(|_| order.embed_key) {
            header.insert("jwk".to_owned(), jwk);
        }
        header.extend(order.header.clone());
        for name in &order.without_header {
            header.shift_remove(name);
        }
        Value::Object(header).to_string().into_bytes()
    }

    fn payload_bytes(&self) -> Vec<u8> {
        let claims = || Value::Object(self.claims.clone()).to_string().into_bytes();
        self.order.payload.clone().unwrap_or_else(claims)
    }
}

impl std::fmt::Debug for Mint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Mint")
            .field("kind", &self.order.kind)
            .field("signer", &self.order.signer)
            .finish_non_exhaustive()
    }
}
