//! What the caller is shown of its own token, by the services that have routes for it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::http::Call;
use crate::jwt;
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    let (claims, token_info) = (
        "Every claim of the token, and no other.",
        "Enough to know which token it is, and nothing that would let another caller use it.",
    );
    vec![
        Case::new(
            "caller::claims_are_those_of_the_token",
            claims,
            Needs::Personas,
            async |target| {
                for persona in ["admin", "member", "machine"] {
                    shows_claims(target, &target.token(persona).await?).await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "caller::token_info_shows_no_signature",
            token_info,
            Needs::Personas,
            async |target| shows_token_info(target, &target.token("admin").await?).await,
        ),
        Case::new(
            "client::claims_are_those_of_the_token",
            claims,
            Needs::Client,
            async |target| shows_claims(target, &target.client_token().await?).await,
        ),
        Case::new(
            "client::token_info_shows_no_signature",
            token_info,
            Needs::Client,
            async |target| shows_token_info(target, &target.client_token().await?).await,
        ),
        Case::new(
            "examples::public_route_needs_no_token",
            "curl http://localhost:8000/api/public",
            Needs::Service,
            async |target| {
                let members = json!({"status": "success"});
                let response = target.json(&Call::get("/api/public"), members).await?;
                response.text_member("/msg").map(drop)
            },
        ),
        Case::new(
            "examples::health_names_the_provider",
            "curl http://localhost:8000/health",
            Needs::Service,
            async |target| {
                let provider = target.kind().provider_name();
                let expected =
                    Expectation::json(json!({"status": "healthy", "provider": provider}));
                target
                    .check(&Call::get("/health"), &expected)
                    .await
                    .map(drop)
            },
        ),
    ]
}

/// One case for each persona and list (`roles` or `permissions`) that the route of this name below `path` shows.
pub(crate) fn lists(
    path: &'static str,
    rows: &[(&'static str, &'static str, &[&str])],
) -> Vec<Case> {
    let cases = rows.iter().map(|(persona, name, list)| {
        let (persona, name, list) = (*persona, *name, json!(list));
        Case::new(
            format!("examples::{name}_of_{persona}"),
            "The list is what the provider put into the token, outside of tenants.",
            Needs::Personas,
            async move |target| {
                let members = json!({name: list});
                let call = Call::get(format!("{path}/{name}"));
                target.json_as(persona, call, members).await.map(drop)
            },
        )
    });
    cases.collect()
}

async fn shows_claims(target: &Target, token: &str) -> Result<()> {
    let (_, claims) = jwt::read(token)?;
    let call = Call::get("/api/claims").bearer(token);
    let response = target.json(&call, json!({})).await?;
    ensure!(
        response.member("/claims")? == Value::Object(claims),
        "{response:?}"
    );
    Ok(())
}

/// What `/api/token-info` says of this token.
async fn shows_token_info(target: &Target, token: &str) -> Result<()> {
    let (header, claims) = jwt::read(token)?;
    let members = json!({
        "token_length": token.len(), "key_id": header.get("kid"),
    });
    let call = Call::get("/api/token-info").bearer(token);
    let response = target.json(&call, members).await?;
    let preview = response.text_member("/token_preview")?;
    let preview = preview.strip_suffix("...");
    let preview = preview.context("a preview that does not say that it goes on")?;
    let [encoded_header, payload, signature] = jwt::segments(token)?;
    ensure!(
        !preview.is_empty() && encoded_header.starts_with(preview),
        "{preview}"
    );
    let text = response.text();
    ensure!(
        !text.contains(payload) && !text.contains(signature),
        "{text}"
    );
    let exp = claims.get("exp").and_then(Value::as_f64);
    let expires_at = response.member("/expires_at")?.as_f64();
    ensure!(exp.is_some() && exp == expires_at, "{response:?}");
    let left = response.member("/expires_in_seconds")?.as_f64();
    let left = left.context("no time left")?;
    ensure!((1.0..=86_400.0).contains(&left), "{left}");
    Ok(())
}

/// The claims of a persona's token, as it came from the provider.
pub(crate) async fn claims_of(target: &Target, persona: &str) -> Result<Value> {
    let (_, claims) = jwt::read(&target.token(persona).await?)?;
    Ok(Value::Object(claims))
}
