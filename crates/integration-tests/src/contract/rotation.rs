//! Keys that come and go at the issuer.

use anyhow::{Context, Result, ensure};
use local_issuer::{Algorithm, ProviderHandle, Rotation, Signer};
use tokio::task::JoinSet;

use super::forgery::good;
use super::problems::invalid_token;
use crate::answer::Answer;
use crate::case::{Case, Needs};
use crate::launch::{Environment, ServiceKind, World, start_issuer};
use crate::target::Target;

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    vec![
        Case::new(
            "rotation::key_met_for_the_first_time_is_200_at_once",
            "A rotation at the issuer gives nobody a wrong 401, however many come at once, and costs one fetch.",
            Needs::OwnServers,
            async move |_| first_met(kind).await,
        ),
        Case::new(
            "rotation::key_published_ahead_costs_no_fetch",
            "A key that was in the set before it signed is known already.",
            Needs::OwnServers,
            async move |_| published_ahead(kind).await,
        ),
        Case::new(
            "rotation::key_still_published_is_200",
            "A token lives on after a rotation, as long as its key is in the set.",
            Needs::OwnServers,
            async move |_| still_published(kind).await,
        ),
        Case::new(
            "rotation::revoked_key_is_401",
            "A key that has left the set stops as soon as the service has seen that.",
            Needs::OwnServers,
            async move |_| revoked(kind).await,
        ),
        Case::new(
            "rotation::flood_of_unknown_keys_is_401_and_few_fetches",
            "Forged key ids cost the issuer one fetch every five seconds, and never a 5xx.",
            Needs::OwnServers,
            async move |_| flood(kind).await,
        ),
    ]
}

async fn first_met(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let target = world.target();
    let provider = target.provider()?;
    let before = provider.jwks_requests();
    provider.rotate(Rotation::unannounced())?;
    let token = good(provider)?.token()?;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (target, call) = (target.clone(), target.any_caller().bearer(&token));
        calls.spawn(async move { target.send(&call).await });
    }
    for answer in calls.join_all().await {
        let answer = answer?;
        ensure!(answer.status == 200, "{answer:?}");
    }
    let fetches = provider.jwks_requests().saturating_sub(before);
    ensure!(fetches == 1, "{fetches} fetches");
    world.stop().await
}

async fn published_ahead(kind: ServiceKind) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    issuer
        .provider(kind.provider())
        .rotate(Rotation::publish_ahead())?;
    let world = World::around(issuer, &Environment::new(kind)?).await?;
    let target = world.target();
    let provider = target.provider()?;
    let (before, next) = (provider.jwks_requests(), provider.key_ids().next);
    let ids = provider.rotate(Rotation::default())?;
    ensure!(
        Some(&ids.current) == next.as_ref(),
        "the issuer took another key"
    );
    accepted(&target, &good(provider)?.token()?).await?;
    let fetches = provider.jwks_requests().saturating_sub(before);
    ensure!(fetches == 0, "{fetches} fetches");
    world.stop().await
}

async fn still_published(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let target = world.target();
    let provider = target.provider()?;
    let old = good(provider)?.token()?;
    provider.rotate(Rotation::unannounced())?;
    accepted(&target, &good(provider)?.token()?).await?;
    accepted(&target, &old).await?;
    world.stop().await
}

async fn revoked(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let target = world.target();
    let provider = target.provider()?;
    let old = good(provider)?.token()?;
    accepted(&target, &old).await?;
    provider.rotate(Rotation::unannounced().and_revoke())?;
    // This is how the service learns of it now, and not when the keys are due.
    accepted(&target, &good(provider)?.token()?).await?;
    key_not_found(kind, &ask(&target, &old).await?)?;
    world.stop().await
}

async fn flood(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let target = world.target();
    let provider = target.provider()?;
    let before = provider.jwks_requests();
    let known = good(provider)?.token()?;
    for forged in forged(provider)? {
        key_not_found(kind, &ask(&target, &forged).await?)?;
        accepted(&target, &known).await?;
    }
    let fetches = provider.jwks_requests().saturating_sub(before);
    ensure!((1..=4).contains(&fetches), "{fetches} fetches");
    world.stop().await
}

/// Tokens with thirty key ids that the issuer does not have.
fn forged(provider: &ProviderHandle) -> Result<Vec<String>> {
    let mint = good(provider)?.signed_by(Signer::Impostor(Algorithm::Es256));
    let forged = (0..30).map(|number| {
        let mint = mint.clone().header("alg", "RS256");
        let token = mint.header("kid", format!("forged-{number}")).token();
        token.context("no token")
    });
    forged.collect()
}

async fn ask(target: &Target, token: &str) -> Result<Answer> {
    target.send(&target.any_caller().bearer(token)).await
}

async fn accepted(target: &Target, token: &str) -> Result<()> {
    let answer = ask(target, token).await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}

fn key_not_found(kind: ServiceKind, answer: &Answer) -> Result<()> {
    invalid_token(kind, "key_not_found", "Unable to find appropriate key").check(answer)
}
