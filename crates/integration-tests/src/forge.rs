//! A good token with one change: the rows of every table of tokens, and what they are made from.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_issuer::{Mint, ProviderHandle, ProviderKind, TokenKind};
use serde_json::Value;

use crate::case::{Case, Needs};
use crate::jwt;
use crate::refusal::Refusal;
use crate::target::{IssuerSides, Target};

/// A token, and whether it is accepted.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// None if the token is good.
    pub(crate) refusal: Option<Refusal>,
    /// The rule that it breaks or keeps, or the library that once accepted it.
    pub(crate) source: &'static str,
    make: Make,
}

#[derive(Clone, Copy)]
enum Make {
    Changed(&'static str, TokenKind, Change),
    Written(fn(&Forger<'_>) -> Result<String>),
}

type Change = fn(Mint, &Forger<'_>) -> Mint;

/// A good token with this change, which is refused.
pub(crate) const fn changed(
    name: &'static str,
    refusal: Refusal,
    source: &'static str,
    change: Change,
) -> Row {
    Row {
        refusal: Some(refusal),
        ..accepted(name, source, change)
    }
}

/// A good token with this change, which is still good: what it shares with a refused one is not why that is refused.
pub(crate) const fn accepted(name: &'static str, source: &'static str, change: Change) -> Row {
    Row {
        name,
        refusal: None,
        source,
        make: Make::Changed("admin", TokenKind::Access, change),
    }
}

/// A token that is put together from parts, and refused.
pub(crate) const fn written(
    name: &'static str,
    refusal: Refusal,
    source: &'static str,
    write: fn(&Forger<'_>) -> Result<String>,
) -> Row {
    Row {
        name,
        refusal: Some(refusal),
        source,
        make: Make::Written(write),
    }
}

impl Row {
    /// The change is made to a token of this kind, for this persona.
    pub(crate) const fn of(self, persona: &'static str, kind: TokenKind) -> Self {
        let make = match self.make {
            Make::Changed(_, _, change) => Make::Changed(persona, kind, change),
            written => written,
        };
        Self { make, ..self }
    }

    /// Makes the token.
    pub(crate) fn token(&self, target: &Target) -> Result<String> {
        let forger = Forger::of(target)?;
        match self.make {
            Make::Changed(persona, kind, change) => {
                Ok(change(forger.ours.mint(persona, kind)?, &forger).token()?)
            }
            Make::Written(write) => write(&forger),
        }
    }

    /// The case that sends the token to a route that needs one.
    pub(crate) fn case(&'static self, group: &str) -> Case {
        let status = self.refusal.map_or(200, Refusal::status);
        let name = format!("{group}::{}_is_{status}", self.name);
        Case::new(name, self.source, Needs::AnyToken, async move |target| {
            let token = self.token(target)?;
            match self.refusal {
                Some(refusal) => target.refuses(&token, refusal).await,
                None => target.accepts(&token).await,
            }
        })
    }
}

/// What a row makes its token from. A forger has more than an attacker: the keys, so that the one thing which is wrong
/// about a token is why it is refused.
pub(crate) struct Forger<'t> {
    /// The provider that the service trusts.
    pub(crate) ours: &'t ProviderHandle,
    /// The provider that it does not.
    pub(crate) other: &'t ProviderHandle,
    /// Both, with what is particular to each.
    pub(crate) sides: &'t IssuerSides,
}

impl<'t> Forger<'t> {
    fn of(target: &'t Target) -> Result<Self> {
        let (ours, sides) = (target.provider()?, target.issuer()?);
        let other: &ProviderHandle = match ours.kind() {
            ProviderKind::Auth0 => &sides.descope,
            _ => &sides.auth0,
        };
        Ok(Self { ours, other, sides })
    }

    /// Starts a good token.
    pub(crate) fn mint(&self) -> Result<Mint> {
        self.of_kind(TokenKind::Access)
    }

    /// Starts a token of this kind, for the persona that has all rights.
    pub(crate) fn of_kind(&self, kind: TokenKind) -> Result<Mint> {
        Ok(self.ours.mint("admin", kind)?)
    }

    /// The id of the key that signs.
    pub(crate) fn kid(&self) -> String {
        self.ours.key_ids().current
    }

    /// A good header, and these members before its own.
    pub(crate) fn header_and(&self, members: &str) -> String {
        let kid = self.kid();
        format!(r#"{{{members}"alg":"RS256","typ":"JWT","kid":"{kid}"}}"#)
    }

    /// The claims, and these members before their own.
    pub(crate) fn claims_and(&self, mint: &Mint, members: &str) -> String {
        let claims = Value::Object(mint.claims().clone()).to_string();
        claims.replacen('{', &format!("{{{members}"), 1)
    }

    /// A good token whose three segments are put together in another way.
    pub(crate) fn segments(&self, write: impl Fn(&str, &str, &str) -> String) -> Result<String> {
        let token = self.mint()?.token()?;
        let [header, payload, signature] = jwt::segments(&token)?;
        Ok(write(header, payload, signature))
    }

    /// A good token whose signature has become these bytes.
    pub(crate) fn signature(&self, change: fn(Vec<u8>) -> Vec<u8>) -> Result<String> {
        let token = self.mint()?.token()?;
        let [header, payload, signature] = jwt::segments(&token)?;
        let signature = jwt::segment(change(URL_SAFE_NO_PAD.decode(signature)?));
        Ok(format!("{header}.{payload}.{signature}"))
    }

    /// A good token whose claims were changed after they were signed.
    pub(crate) fn claims_after_signing(&self, change: fn(Mint) -> Mint) -> Result<String> {
        let payload = jwt::segment(self.claims_and(&change(self.mint()?), ""));
        self.segments(|header, _, signature| format!("{header}.{payload}.{signature}"))
    }

    /// A good token whose header became this one after it was signed.
    pub(crate) fn header_after_signing(&self, header: impl AsRef<[u8]>) -> Result<String> {
        let header = jwt::segment(header);
        self.segments(|_, payload, signature| format!("{header}.{payload}.{signature}"))
    }

    /// The good claims, signed by the other provider's key.
    pub(crate) fn signed_by_the_other(&self) -> Result<Mint> {
        Ok(self.other.mint_claims(self.mint()?.claims().clone()))
    }
}

/// The claim, so many seconds after `iat`, which is what the issuer's clock says now.
pub(crate) fn later(mint: Mint, claim: &str, seconds: i64) -> Mint {
    let iat = mint.claims().get("iat").and_then(Value::as_i64);
    mint.claim(claim, iat.unwrap_or_default().saturating_add(seconds))
}

/// This JSON text as a segment in which the bits that mean nothing are set: another text for the same bytes.
pub(crate) fn loosened(mut text: String) -> Result<String> {
    // Of one byte that is left over, the last letter has two bits, so that the next letter has a loose one more.
    while text.len() % 3 != 1 {
        text.push(' ');
    }
    let mut segment = jwt::segment(text);
    let last = segment.pop().context("the segment is empty")?;
    segment.push(char::from(u8::try_from(last)?.saturating_add(1)));
    Ok(segment)
}
