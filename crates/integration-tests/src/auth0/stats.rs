//! `/api/admin/stats`: counted, not made up.

use anyhow::{Context, Result, ensure};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::launch::{Environment, ServiceKind, World};
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new(
        "stats::move_by_what_was_done",
        "Each number is what happened: callers whose token was verified, requests of today, and the time since the start.",
        Needs::OwnServers,
        async |_| {
            let world = World::start(&Environment::new(ServiceKind::Auth0Api)?).await?;
            let moved = moves(&world.target()).await;
            world.stop().await?;
            moved
        },
    )]
}

async fn moves(target: &Target) -> Result<()> {
    // More than are made between two looks: a smaller number is then the count of a new day, and not one that stands still.
    for _ in 0..10 {
        target.get("/health").await?;
    }
    let [callers, first_requests, uptime] = stats(target).await?;
    ensure!(callers == 1 && uptime < 60, "{callers} callers, {uptime} s");
    for persona in ["viewer", "editor", "viewer"] {
        target
            .send(&target.any_caller().bearer(&target.token(persona).await?))
            .await?;
    }
    target.send(&target.any_caller()).await?;
    target.send(&target.any_caller().bearer("bad")).await?;
    target.get("/health").await?;
    target.get("/nope").await?;
    let [callers, requests, later] = stats(target).await?;
    ensure!(
        callers == 3,
        "two more callers, one of them twice: {callers}"
    );
    let more = requests.saturating_sub(first_requests);
    ensure!(
        more == 8 || requests < first_requests,
        "seven requests and this one: {first_requests}, {requests}"
    );
    ensure!(later >= uptime, "{uptime}, {later}");
    Ok(())
}

/// Callers, requests and seconds.
async fn stats(target: &Target) -> Result<[u64; 3]> {
    let call = Call::get("/api/admin/stats").bearer(&target.token("admin").await?);
    let answer = target.send(&call).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let number = |pointer| -> Result<u64> { answer.member(pointer)?.as_u64().context(pointer) };
    Ok([
        number("/active_callers")?,
        number("/requests_today")?,
        number("/uptime_seconds")?,
    ])
}
