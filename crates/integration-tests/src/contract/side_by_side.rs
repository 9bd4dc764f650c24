//! Several services at once.

use anyhow::{Result, ensure};
use local_issuer::{ProviderKind, TokenKind};

use crate::case::{Case, Needs};
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, RunningService, World};
use crate::refusal::CLAIMS;
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new(
        "side_by_side::token_of_the_other_provider_is_401",
        "A service trusts one issuer: what another signed is no token here.",
        Needs::AnyToken,
        async |target| {
            let issuer = target.issuer()?;
            let other = match target.kind().provider() {
                ProviderKind::Descope => issuer.auth0.mint("admin", TokenKind::Access)?,
                _ => issuer.descope.mint("admin", TokenKind::Access)?,
            };
            target.refuses(&other.token()?, CLAIMS).await
        },
    )]
}

/// For the services that say what they have counted.
pub(super) fn counting(kind: ServiceKind) -> Vec<Case> {
    vec![Case::new(
        "side_by_side::services_count_and_stop_for_themselves",
        "Two services share an issuer and nothing else.",
        Needs::OwnServers,
        async move |_| two_services(kind).await,
    )]
}

async fn two_services(kind: ServiceKind) -> Result<()> {
    let world = World::start(&Environment::new(kind)?).await?;
    let other = RunningService::start(&Environment::new(kind)?, &world.issuer.config()).await?;
    other.target.until_ready().await?;
    let (here, there) = (world.target(), other.trusting(&world.issuer));
    for _ in 0..5 {
        requests_today(&here).await?;
    }
    let before = requests_today(&there).await?;
    requests_today(&here).await?;
    let after = requests_today(&there).await?;
    ensure!(after == before.saturating_add(1), "{before}, {after}");

    other.stop().await?;
    requests_today(&here).await?;
    world.stop().await
}

async fn requests_today(target: &Target) -> Result<u64> {
    let call = Call::get("/api/admin/stats").bearer(&target.token("admin").await?);
    target.status(&call, 200).await?.number("/requests_today")
}
