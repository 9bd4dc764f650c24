//! Keys that come and go at the issuer.

use anyhow::{Result, ensure};
use local_issuer::{Algorithm, Rotation, Signer};
use tokio::task::JoinSet;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::launch::{Environment, World, start_issuer};
use crate::refusal::UNKNOWN_KEY;
use crate::target::Target;

pub(super) fn cases(kind: ServiceKind) -> Vec<Case> {
    vec![
        Case::new(
            "rotation::key_met_for_the_first_time_is_200_at_once",
            "A rotation at the issuer causes no wrong 401, however many requests come at once, and costs one fetch.",
            Needs::OwnServers,
            async move |_| World::of(kind).await?.check(first_seen).await,
        ),
        Case::new(
            "rotation::key_published_ahead_costs_no_fetch",
            "A key that was in the set before it signed is known already.",
            Needs::OwnServers,
            async move |_| published_ahead(kind).await,
        ),
        Case::new(
            "rotation::key_still_published_is_200",
            "A token is accepted after a rotation, as long as its key is in the set.",
            Needs::OwnServers,
            async move |_| World::of(kind).await?.check(still_published).await,
        ),
        Case::new(
            "rotation::revoked_key_is_401",
            "A key that has left the set stops as soon as the service has seen that.",
            Needs::OwnServers,
            async move |_| World::of(kind).await?.check(revoked).await,
        ),
        Case::new(
            "rotation::flood_of_unknown_keys_is_401_and_few_fetches",
            "Forged key ids cost the issuer one fetch every five seconds, and never a 5xx.",
            Needs::OwnServers,
            async move |_| World::of(kind).await?.check(flood).await,
        ),
    ]
}

async fn first_seen(target: &Target) -> Result<()> {
    let provider = target.provider()?;
    let before = provider.jwks_requests();
    provider.rotate(Rotation::unannounced())?;
    let token = target.good()?.token()?;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (target, token) = (target.clone(), token.clone());
        calls.spawn(async move { target.accepts(&token).await });
    }
    for accepted in calls.join_all().await {
        accepted?;
    }
    let fetches = provider.jwks_requests().saturating_sub(before);
    ensure!(fetches == 1, "{fetches} fetches");
    Ok(())
}

async fn published_ahead(kind: ServiceKind) -> Result<()> {
    let issuer = start_issuer(kind).await?;
    let provider = issuer.provider(kind.provider()).clone();
    provider.rotate(Rotation::publish_ahead())?;
    let world = World::around(issuer, &Environment::new(kind)?).await?;
    let check = world.check(async |target| {
        let (before, next) = (provider.jwks_requests(), provider.key_ids().next);
        let current = provider.rotate(Rotation::default())?.current;
        ensure!(Some(current) == next, "the issuer took another key");
        target.accepts(&target.good()?.token()?).await?;
        let fetches = provider.jwks_requests().saturating_sub(before);
        ensure!(fetches == 0, "{fetches} fetches");
        Ok(())
    });
    check.await
}

async fn still_published(target: &Target) -> Result<()> {
    let old = target.good()?.token()?;
    target.provider()?.rotate(Rotation::unannounced())?;
    target.accepts(&target.good()?.token()?).await?;
    target.accepts(&old).await
}

async fn revoked(target: &Target) -> Result<()> {
    let old = target.good()?.token()?;
    target.accepts(&old).await?;
    let rotation = Rotation::unannounced().and_revoke();
    target.provider()?.rotate(rotation)?;
    // This is how the service learns of it now, and not when the keys are due.
    target.accepts(&target.good()?.token()?).await?;
    target.refuses(&old, UNKNOWN_KEY).await
}

async fn flood(target: &Target) -> Result<()> {
    let before = target.provider()?.jwks_requests();
    let known = target.good()?.token()?;
    let forged = target.good()?.signed_by(Signer::Impostor(Algorithm::Es256));
    let forged = forged.header("alg", "RS256");
    for number in 0..30 {
        let forged = forged.clone().header("kid", format!("forged-{number}"));
        target.refuses(&forged.token()?, UNKNOWN_KEY).await?;
        target.accepts(&known).await?;
    }
    let fetches = target.provider()?.jwks_requests().saturating_sub(before);
    ensure!((1..=4).contains(&fetches), "{fetches} fetches");
    Ok(())
}
