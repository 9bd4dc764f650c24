//! What the caller is shown of its own token, by the services that have routes for it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::jwt;
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "caller::claims_are_those_of_the_token",
            "Every claim of the token, and no other.",
            Needs::Personas,
            async |target| {
                for persona in ["admin", "member", "machine"] {
                    let claims = claims_of(target, persona).await?;
                    let call = Call::get("/api/claims");
                    let expected = Expectation::json(json!({}));
                    let answer = target.check_as(persona, call, &expected).await?;
                    ensure!(answer.member("/claims")? == claims, "{answer:?}");
                }
                Ok(())
            },
        ),
        Case::new(
            "caller::token_info_shows_no_signature",
            "Enough to know which token it is, and nothing that would let somebody use it.",
            Needs::Personas,
            async |target| token_info(target, &target.token("admin").await?).await,
        ),
        Case::new(
            "client::claims_are_those_of_the_token",
            "Every claim of the token, and no other.",
            Needs::Client,
            async |target| {
                let token = target.client_token().await?;
                let (_, claims) = jwt::read(&token)?;
                let call = Call::get("/api/claims").bearer(&token);
                let answer = target.check(&call, &Expectation::json(json!({}))).await?;
                ensure!(answer.member("/claims")? == Value::Object(claims));
                Ok(())
            },
        ),
        Case::new(
            "client::token_info_shows_no_signature",
            "Enough to know which token it is, and nothing that would let somebody use it.",
            Needs::Client,
            async |target| token_info(target, &target.client_token().await?).await,
        ),
    ]
}

/// What `/api/token-info` says of this token.
async fn token_info(target: &Target, token: &str) -> Result<()> {
    let (header, claims) = jwt::read(token)?;
    let expected = Expectation::json(json!({
        "token_length": token.len(), "key_id": header.get("kid"),
    }));
    let call = Call::get("/api/token-info").bearer(token);
    let answer = target.check(&call, &expected).await?;
    let preview = answer.member("/token_preview")?;
    let preview = preview.as_str().and_then(|text| text.strip_suffix("..."));
    let preview = preview.context("a preview that does not say that it goes on")?;
    let [encoded_header, payload, signature] = jwt::segments(token)?;
    ensure!(
        !preview.is_empty() && encoded_header.starts_with(preview),
        "{preview}"
    );
    let text = answer.text();
    ensure!(
        !text.contains(payload) && !text.contains(signature),
        "{text}"
    );
    let exp = claims.get("exp").and_then(Value::as_f64);
    let expires_at = answer.member("/expires_at")?.as_f64();
    ensure!(exp.is_some() && exp == expires_at, "{answer:?}");
    let left = answer.member("/expires_in_seconds")?.as_f64();
    let left = left.context("no time left")?;
    ensure!((1.0..=86_400.0).contains(&left), "{left}");
    Ok(())
}

/// The claims of a persona's token, as it came from the provider.
pub(crate) async fn claims_of(target: &Target, persona: &str) -> Result<Value> {
    let (_, claims) = jwt::read(&target.token(persona).await?)?;
    Ok(Value::Object(claims))
}
