//! The issuer is stopped, or cut off from the service: paused, it takes connections and sends no response.

use anyhow::Result;
use integration_tests::{Target, until};
use local_issuer::{Algorithm, Signer, TokenKind};

use crate::flow::Flow;
use crate::world::World;

pub(crate) async fn stopped(world: &World) -> Result<()> {
    let target = world.target().await?;
    let token = target.token("admin").await?;
    let mut flow = Flow::start(&target, token, 2);
    world.issuer.stop_with_timeout(None).await?;
    says(&target, "degraded").await?;
    flow.go_on_for(100).await?;
    world.issuer.start().await?;
    says(&target, "ready").await?;
    flow.go_on_for(100).await?;
    flow.stop().await?;
    // Another issuer than before would be noticed here: its tokens come from the container.
    let target = world.target().await?;
    private(&target, &target.token("viewer").await?, 200).await
}

pub(crate) async fn cut_off(world: &World) -> Result<()> {
    let target = world.target().await?;
    let token = target.token("admin").await?;
    let mut flow = Flow::start(&target, token, 2);
    world.issuer.pause().await?;
    says(&target, "degraded").await?;
    flow.go_on_for(100).await?;

    let mint = target.mint("admin", TokenKind::Access)?;
    let unknown = mint
        .signed_by(Signer::Unpublished(Algorithm::Rs256))
        .token()?;
    // Whether this key is good is not known now: that is no fault of the caller.
    private(&target, &unknown, 503).await?;

    world.issuer.unpause().await?;
    says(&target, "ready").await?;
    flow.go_on_for(100).await?;
    flow.stop().await.map(drop)
}

pub(crate) async fn cut_off_at_start(world: &World) -> Result<()> {
    let token = world.target().await?.token("admin").await?;
    world.issuer.pause().await?;
    world.service.stop_with_timeout(None).await?;
    world.service.start().await?;
    let target = world.target().await?;
    until("the service listens", async || {
        Ok(target.get("/health").await.is_ok())
    })
    .await?;
    says(&target, "starting").await?;
    private(&target, &token, 503).await?;

    world.issuer.unpause().await?;
    says(&target, "ready").await?;
    private(&target, &token, 200).await
}

/// Waits until `/health/ready` says so.
async fn says(target: &Target, status: &str) -> Result<()> {
    until(&format!("the service is {status}"), async || {
        let response = target.get("/health/ready").await?;
        Ok(response.member("/status")? == status)
    })
    .await
    .map(drop)
}

async fn private(target: &Target, token: &str, status: u16) -> Result<()> {
    let call = target.any_caller().bearer(token);
    target.status(&call, status).await.map(drop)
}
