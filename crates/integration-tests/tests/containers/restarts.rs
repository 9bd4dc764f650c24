//! A service that is killed.

use anyhow::{Context, Result, ensure};
use integration_tests::{Call, Target};
use serde_json::{Value, json};

use crate::docker::docker;
use crate::world::World;

/// Everything that got a 200 before `kill -9` is there afterwards.
pub(crate) async fn killed(world: &World) -> Result<()> {
    let target = world.target().await?;
    let token = target.token("admin").await?;
    let mut acknowledged = create_users(&target, &token, 0..20).await?;
    ensure!(acknowledged.len() == 20, "the service went by itself");
    // These are on their way when it is killed.
    let kill = ["kill", "--signal", "KILL", world.service.id()];
    let (killed, more) = tokio::join!(docker(&kill), create_users(&target, &token, 20..10_000));
    killed?;
    acknowledged.extend(more?);

    world.service.start().await?;
    let target = world.target().await?;
    target.until_ready().await?;
    let call = Call::get("/api/admin/users?limit=1000").bearer(&token);
    let listed = target.send(&call).await?.member("/users")?;
    let listed = listed.as_array().context("users is not a list")?;
    let ids: Vec<_> = listed.iter().filter_map(|user| user.get("id")).collect();
    for id in &acknowledged {
        ensure!(ids.contains(&id), "{id} was acknowledged, and is lost");
    }
    Ok(())
}

/// One after the other, as long as the service responds; the ids of those that it acknowledged.
async fn create_users(
    target: &Target,
    token: &str,
    numbers: impl Iterator<Item = u32>,
) -> Result<Vec<Value>> {
    let mut ids = Vec::new();
    for number in numbers {
        let user = json!({"name": "Kept", "email": format!("kept-{number}@example.com")});
        let call = Call::post("/api/users").bearer(token).json(&user);
        // Whether one without a response was written is not known.
        let Ok(response) = target.send(&call).await else {
            break;
        };
        ensure!(response.status == 200, "{response:?}");
        ids.push(response.member("/user/id")?);
    }
    Ok(ids)
}
