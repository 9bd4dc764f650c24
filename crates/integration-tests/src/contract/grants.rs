//! Claims that grant: what they must be to grant anything, and what is said to whoever has not enough.

use anyhow::ensure;
use local_issuer::TokenKind;
use serde_json::Value;

use super::problems::denied;
use crate::call::Call;
use crate::case::{Case, Needs};

/// A claim, and a route that asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) claim: &'static str,
    pub(crate) call: fn() -> Call,
    pub(crate) code: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) scope: Option<&'static str>,
}

/// A token of the administrator in which the claim has this value is refused with 403, and never with 500.
pub(crate) fn grants_nothing(name: &str, grant: Grant, value: Value) -> Case {
    let name = format!("grants::{}_{name}_is_403", last_segment(grant.claim));
    let sentence = "A claim of the wrong type grants nothing, and is no error.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let mint = target.mint("admin", TokenKind::Access)?;
        let token = mint.claim(grant.claim, value.clone()).token()?;
        let expected = denied(target.kind(), grant.code, grant.detail, grant.scope);
        let call = (grant.call)().bearer(&token);
        target.check(&call, &expected).await.map(drop)
    })
}

/// As [`grants_nothing`], for a token that has no such claim at all.
pub(crate) fn missing_grants_nothing(grant: Grant) -> Case {
    let name = format!("grants::{}_missing_is_403", last_segment(grant.claim));
    let sentence = "What a token does not say, it does not grant.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let mint = target.mint("admin", TokenKind::Access)?;
        let token = mint.without_claim(grant.claim).token()?;
        let expected = denied(target.kind(), grant.code, grant.detail, grant.scope);
        let call = (grant.call)().bearer(&token);
        target.check(&call, &expected).await.map(drop)
    })
}

/// A token of somebody without rights in which the claim has this value is let in.
pub(crate) fn grants(name: &str, grant: Grant, value: Value) -> Case {
    let name = format!("grants::{}_{name}_is_200", last_segment(grant.claim));
    let sentence = "The two forms that providers use both grant: this is what the refused ones are compared with.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let mint = target.mint("nobody", TokenKind::Access)?;
        let token = mint.claim(grant.claim, value.clone()).token()?;
        let answer = target.send(&(grant.call)().bearer(&token)).await?;
        ensure!(answer.status == 200, "{answer:?}");
        Ok(())
    })
}

/// A good token in which these claims have a type that nobody expects: routes that only show it go on working.
pub(crate) fn strange_claims_are_no_error(
    paths: &'static [&'static str],
    claims: &'static [&'static str],
) -> Case {
    Case::new(
        "grants::strange_claims_are_no_error",
        "A claim that is not a registered one may be anything: it is shown or left out, and never a 500.",
        Needs::AnyToken,
        async move |target| {
            for value in [
                serde_json::json!(7),
                serde_json::json!([[]]),
                serde_json::json!({"a": null}),
                Value::Null,
            ] {
                let mint = target.mint("admin", TokenKind::Access)?;
                let mint = claims
                    .iter()
                    .fold(mint, |mint, claim| mint.claim(claim, value.clone()));
                let token = mint.token()?;
                for path in paths {
                    let answer = target.send(&Call::get(*path).bearer(&token)).await?;
                    ensure!(answer.status == 200, "{path}, {value}: {answer:?}");
                }
            }
            Ok(())
        },
    )
}

/// The end of a claim that is named by a URL.
fn last_segment(claim: &str) -> &str {
    claim.rsplit('/').next().unwrap_or(claim)
}
