//! `POST /_control/mint`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::input::Asked;
use super::keys::in_background;
use super::refusal::Refusal;
use crate::claims::TokenKind;
use crate::keys::Algorithm;
use crate::mint::{Mint, PublicKeyForm, Segment, SignatureFault, Signer};
use crate::provider::ProviderHandle;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MintRequest {
    /// Whose claims to start with; none if absent.
    persona: Option<String>,
    kind: TokenKind,
    claims: Map<String, Value>,
    without_claims: Vec<String>,
    expires_in_seconds: Option<i64>,
    /// Text instead of the claims.
    payload: Option<String>,
    header: Map<String, Value>,
    without_header: Vec<String>,
    /// Text instead of the header.
    header_text: Option<String>,
    signer: SignerName,
    algorithm: Option<Algorithm>,
    /// Puts the signing key into the header.
    embed_key: bool,
    signature: Option<SignatureFault>,
    segments: Segments,
}

/// Segments just as they are.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Segments {
    header: Option<String>,
    payload: Option<String>,
    signature: Option<String>,
}

/// A [`Signer`] as it is written in JSON.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SignerName {
    #[default]
    Current,
    Next,
    Published(String),
    Withdrawn(String),
    Hostile(String),
    Unpublished(Algorithm),
    Impostor(Algorithm),
    None,
    Secret(String),
    PublicKeyAsSecret(PublicKeyForm),
}

pub(super) async fn mint(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<MintRequest>,
) -> Result<HttpResponse, Refusal> {
    let mint = asked.into_mint(&provider)?;
    // A fresh key may have to be made for it.
    let minted = in_background(move || mint.minted()).await?;
    Ok(HttpResponse::Ok().json(minted))
}

impl MintRequest {
    fn into_mint(self, provider: &ProviderHandle) -> Result<Mint, Refusal> {
        let mut mint = match &self.persona {
            Some(persona) => provider.mint(persona, self.kind)?,
            None => provider.mint_claims(Map::new()).of_kind(self.kind),
        };
        mint = mint.signed_by(self.signer.into());
        if let Some(seconds) = self.expires_in_seconds {
            mint = mint.expires_in(seconds);
        }
        for (name, value) in self.claims {
            mint = mint.claim(&name, value);
        }
        for name in self.without_claims {
            mint = mint.without_claim(&name);
        }
        if let Some(payload) = self.payload {
            mint = mint.payload(payload);
        }
        if self.embed_key {
            mint = mint.embedding_the_key();
        }
        for (name, value) in self.header {
            mint = mint.header(&name, value);
        }
        for name in self.without_header {
            mint = mint.without_header(&name);
        }
        if let Some(header) = self.header_text {
            mint = mint.header_bytes(header);
        }
        if let Some(algorithm) = self.algorithm {
            mint = mint.algorithm(algorithm);
        }
        if let Some(signature) = self.signature {
            mint = mint.signature(signature);
        }
        let segments = [
            (Segment::Header, self.segments.header),
            (Segment::Payload, self.segments.payload),
            (Segment::Signature, self.segments.signature),
        ];
        for (segment, text) in segments {
            if let Some(text) = text {
                mint = mint.segment(segment, text);
            }
        }
        Ok(mint)
    }
}

impl From<SignerName> for Signer {
    fn from(name: SignerName) -> Self {
        match name {
            SignerName::Current => Self::Current,
            SignerName::Next => Self::Next,
            SignerName::Published(kid) => Self::Published(kid),
            SignerName::Withdrawn(kid) => Self::Withdrawn(kid),
            SignerName::Hostile(id) => Self::Hostile(id),
            SignerName::Unpublished(algorithm) => Self::Unpublished(algorithm),
            SignerName::Impostor(algorithm) => Self::Impostor(algorithm),
            SignerName::None => Self::Unsigned,
            SignerName::Secret(secret) => Self::Secret(secret.into_bytes()),
            SignerName::PublicKeyAsSecret(form) => Self::PublicKeyAsSecret(form),
        }
    }
}
