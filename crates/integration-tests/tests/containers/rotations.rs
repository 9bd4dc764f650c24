//! Keys that come and go while requests flow.

use anyhow::{Context, Result, ensure};
use integration_tests::until;
use serde_json::{Value, json};

use crate::flow::Flow;
use crate::world::World;

pub(crate) async fn under_load(world: &World) -> Result<()> {
    let target = world.target().await?;
    let mut flow = Flow::start(&target, world.fresh_token().await?, 4);
    flow.go_on_for(100).await?;

    // As a provider should do it: the next key is known before it signs.
    world
        .control("rotate", &json!({"publish_ahead": true}))
        .await?;
    fetched_again(world).await?;
    world.control("rotate", &nothing_said()).await?;
    flow.use_token(world.fresh_token().await?).await;
    flow.go_on_for(100).await?;

    // As Descope does it: the key was never published before.
    world
        .control("rotate", &json!({"publish_ahead": false}))
        .await?;
    flow.use_token(world.fresh_token().await?).await;
    flow.go_on_for(100).await?;

    // The old keys are gone at once, and tokens of them are refused.
    let old = world.fresh_token().await?;
    world
        .control("rotate", &json!({"publish_ahead": false, "revoke": true}))
        .await?;
    let (answered, fresh) = (flow.stop().await?, world.fresh_token().await?);
    ensure!(answered >= 300, "{answered} answers");
    until("the revoked key is refused", async || {
        let call = target.any_caller().bearer(&old);
        Ok(target.send(&call).await?.status == 401)
    })
    .await?;
    target.accepts(&fresh).await
}

/// Waits until the service has fetched the keys once more.
async fn fetched_again(world: &World) -> Result<()> {
    let before = key_requests(world).await?;
    // One that was on its way may have come too early.
    until("the service fetches the keys", async || {
        Ok(key_requests(world).await? >= before + 2)
    })
    .await
    .map(drop)
}

async fn key_requests(world: &World) -> Result<u64> {
    let counts = world.control("requests", &nothing_said()).await?;
    let counts = counts.get("requests").and_then(Value::as_object).cloned();
    let counts = counts.context("no counts")?;
    let of_keys = counts
        .iter()
        .filter(|(path, _)| path.contains("jwks") || path.contains("keys"));
    Ok(of_keys.filter_map(|(_, count)| count.as_u64()).sum())
}

fn nothing_said() -> Value {
    json!({})
}
