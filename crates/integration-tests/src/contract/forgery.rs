//! Tokens that differ from a good one in one thing.

use anyhow::{Result, ensure};
use local_issuer::{Mint, ProviderHandle, TokenKind};

use super::problems::invalid_token;
use crate::case::{Case, Needs};

/// A good token in the making: what is not changed about it is right.
pub(crate) fn good(provider: &ProviderHandle) -> Result<Mint> {
    Ok(provider.mint("admin", TokenKind::Access)?)
}

/// What a client is told: what would help to forge a token is all the same sentence.
fn detail_of(code: &str) -> &'static str {
    match code {
        "token_expired" => "Token has expired",
        "token_not_yet_valid" => "Token is not yet valid",
        "key_not_found" => "Unable to find appropriate key",
        "invalid_claims" => "Invalid claims. Please check the audience and issuer.",
        _ => "Unable to validate token",
    }
}

/// A good token with this change is refused with 401 and this code.
pub(crate) fn changed(
    name: &str,
    code: &'static str,
    sentence: &str,
    change: impl Fn(Mint) -> Mint + Send + Sync + 'static,
) -> Case {
    forged(name, code, detail_of(code), sentence, move |provider| {
        Ok(change(good(provider)?).token()?)
    })
}

/// The token that this makes is refused with 401, this code and this detail.
pub(crate) fn forged(
    name: &str,
    code: &'static str,
    detail: &'static str,
    sentence: &str,
    forge: impl Fn(&ProviderHandle) -> Result<String> + Send + Sync + 'static,
) -> Case {
    let name = format!("token::{name}_is_401");
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let token = forge(target.provider()?)?;
        let expected = invalid_token(target.kind(), code, detail);
        let call = target.any_caller().bearer(&token);
        target.check(&call, &expected).await.map(drop)
    })
}

/// As [`forged`], where what is wrong is told by the code alone.
pub(crate) fn forged_as(
    name: &str,
    code: &'static str,
    sentence: &str,
    forge: impl Fn(&ProviderHandle) -> Result<String> + Send + Sync + 'static,
) -> Case {
    forged(name, code, detail_of(code), sentence, forge)
}

/// A good token with this change is still good: what it shares with a refused one is not why that is refused.
pub(crate) fn still_good(
    name: &str,
    sentence: &str,
    change: impl Fn(Mint) -> Mint + Send + Sync + 'static,
) -> Case {
    accepted(name, sentence, move |provider| {
        Ok(change(good(provider)?).token()?)
    })
}

/// The token that this makes is accepted.
pub(crate) fn accepted(
    name: &str,
    sentence: &str,
    make: impl Fn(&ProviderHandle) -> Result<String> + Send + Sync + 'static,
) -> Case {
    let name = format!("token::{name}_is_200");
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let token = make(target.provider()?)?;
        let answer = target.send(&target.any_caller().bearer(&token)).await?;
        ensure!(answer.status == 200, "{answer:?}");
        Ok(())
    })
}
