//! A row of the table of tokens.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_issuer::{Mint, ProviderHandle, ProviderKind, TokenKind};
use serde_json::Value;

use super::refusal::Refusal;
use crate::contract::good;
use crate::jwt;
use crate::target::Target;

/// A token that must not be accepted.
#[derive(Clone, Copy)]
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) refusal: Refusal,
    /// The rule that it breaks, or the library that once let it in.
    pub(super) source: &'static str,
    forge: Forge,
}

#[derive(Clone, Copy)]
enum Forge {
    Changed(fn(Mint, &Forger<'_>) -> Mint),
    Written(fn(&Forger<'_>) -> Result<String>),
}

/// A good token with this change.
pub(super) const fn changed(
    name: &'static str,
    refusal: Refusal,
    source: &'static str,
    change: fn(Mint, &Forger<'_>) -> Mint,
) -> Attack {
    let forge = Forge::Changed(change);
    Attack {
        name,
        refusal,
        source,
        forge,
    }
}

/// A token that is put together from parts.
pub(super) const fn written(
    name: &'static str,
    refusal: Refusal,
    source: &'static str,
    write: fn(&Forger<'_>) -> Result<String>,
) -> Attack {
    let forge = Forge::Written(write);
    Attack {
        name,
        refusal,
        source,
        forge,
    }
}

impl Attack {
    /// The token.
    pub(super) fn token(&self, target: &Target) -> Result<String> {
        let forger = Forger::of(target)?;
        match self.forge {
            Forge::Changed(change) => Ok(change(forger.mint()?, &forger).token()?),
            Forge::Written(write) => write(&forger),
        }
    }
}

/// What a row makes its token from. A forger has more than an attacker: the keys, so that the one thing which is wrong
/// about a token is why it is refused.
pub(super) struct Forger<'t> {
    /// The provider that the service trusts.
    pub(super) ours: &'t ProviderHandle,
    /// The provider that it does not.
    pub(super) other: &'t ProviderHandle,
}

impl<'t> Forger<'t> {
    fn of(target: &'t Target) -> Result<Self> {
        let (ours, issuer) = (target.provider()?, target.issuer()?);
        let other: &ProviderHandle = match ours.kind() {
            ProviderKind::Auth0 => &issuer.descope,
            _ => &issuer.auth0,
        };
        Ok(Self { ours, other })
    }

    /// A good token in the making.
    pub(super) fn mint(&self) -> Result<Mint> {
        good(self.ours)
    }

    /// A token of this kind in the making, for the persona that may do everything.
    pub(super) fn of_kind(&self, kind: TokenKind) -> Result<Mint> {
        Ok(self.ours.mint("admin", kind)?)
    }

    /// The id of the key that signs.
    pub(super) fn kid(&self) -> String {
        self.ours.key_ids().current
    }

    /// A good header, and these members before its own.
    pub(super) fn header_and(&self, members: &str) -> String {
        let kid = self.kid();
        format!(r#"{{{members}"alg":"RS256","typ":"JWT","kid":"{kid}"}}"#)
    }

    /// Good claims, and these members before their own.
    pub(super) fn claims_and(&self, mint: &Mint, members: &str) -> String {
        let claims = Value::Object(mint.claims().clone()).to_string();
        claims.replacen('{', &format!("{{{members}"), 1)
    }

    /// A good token whose three segments are put together in another way.
    pub(super) fn segments(&self, write: fn(&str, &str, &str) -> String) -> Result<String> {
        let token = self.mint()?.token()?;
        let [header, payload, signature] = jwt::segments(&token)?;
        Ok(write(header, payload, signature))
    }

    /// A good token whose signature has become these bytes.
    pub(super) fn signature(&self, change: fn(Vec<u8>) -> Vec<u8>) -> Result<String> {
        let token = self.mint()?.token()?;
        let [header, payload, signature] = jwt::segments(&token)?;
        let signature = jwt::segment(change(URL_SAFE_NO_PAD.decode(signature)?));
        Ok(format!("{header}.{payload}.{signature}"))
    }

    /// A good token whose claims were changed after they were signed.
    pub(super) fn claims_after_signing(&self, change: fn(Mint) -> Mint) -> Result<String> {
        let mint = self.mint()?;
        let token = mint.token()?;
        let [header, _, signature] = jwt::segments(&token)?;
        let payload = jwt::segment(self.claims_and(&change(mint), ""));
        Ok(format!("{header}.{payload}.{signature}"))
    }

    /// A good token whose header became this one after it was signed.
    pub(super) fn header_after_signing(&self, header: impl AsRef<[u8]>) -> Result<String> {
        let token = self.mint()?.token()?;
        let [_, payload, signature] = jwt::segments(&token)?;
        Ok(format!("{}.{payload}.{signature}", jwt::segment(header)))
    }

    /// The good claims, signed by the other provider's key.
    pub(super) fn signed_by_the_other(&self) -> Result<Mint> {
        Ok(self.other.mint_claims(self.mint()?.claims().clone()))
    }
}

/// This JSON text as a segment in which the bits that mean nothing are set: another text for the same bytes.
pub(super) fn loosened(mut text: String) -> Result<String> {
    // Of one byte that is left over, the last letter has two bits, so that the next letter has a loose one more.
    while text.len() % 3 != 1 {
        text.push(' ');
    }
    let mut segment = jwt::segment(text);
    let last = segment.pop().context("the segment is empty")?;
    segment.push(char::from(u8::try_from(last)?.saturating_add(1)));
    Ok(segment)
}
