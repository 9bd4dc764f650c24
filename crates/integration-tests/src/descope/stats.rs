//! `/api/admin/stats`: counted, not made up.

use anyhow::{Result, ensure};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::launch::{Environment, ServiceKind, World};
use crate::random::email;
use crate::target::Target;

use super::users::created;

pub(super) fn cases() -> Vec<Case> {
    vec![Case::new(
        "stats::move_by_what_was_done",
        "Each number is what happened: users in the store, callers whose token was verified, requests of today.",
        Needs::OwnServers,
        async |_| {
            let world = World::start(&Environment::new(ServiceKind::DescopeApi)?).await?;
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
    let start = stats(target).await?;
    ensure!((start.users, start.sessions) == (0, 1), "{start:?}");

    for persona in ["viewer", "editor", "viewer"] {
        target
            .send(&target.any_caller().bearer(&target.token(persona).await?))
            .await?;
    }
    target.send(&target.any_caller()).await?;
    target.send(&target.any_caller().bearer("bad")).await?;
    target.get("/health").await?;
    target.get("/nope").await?;
    let second = stats(target).await?;
    ensure!(second.users == 0, "{second:?}");
    ensure!(
        second.sessions == 3,
        "two more callers, one of them twice: {second:?}"
    );
    let requests = second.requests.saturating_sub(start.requests);
    ensure!(
        requests == 8 || second.requests < start.requests,
        "seven requests and this one: {start:?}, {second:?}"
    );

    for _ in 0..2 {
        created(
            target,
            Call::post(format!("/api/users?name=Stats&email={}", email("stats"))),
        )
        .await?;
    }
    let third = stats(target).await?;
    ensure!(third.users == 2, "{third:?}");
    ensure!(third.sessions == 3, "{third:?}");
    Ok(())
}

#[derive(Debug)]
struct Stats {
    users: u64,
    sessions: u64,
    requests: u64,
}

async fn stats(target: &Target) -> Result<Stats> {
    let call = Call::get("/api/admin/stats").bearer(&target.token("admin").await?);
    let answer = target.send(&call).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let number = |pointer| -> Result<u64> {
        let value = answer.member(pointer)?;
        value
            .as_u64()
            .ok_or_else(|| anyhow::anyhow!("{pointer} is {value}"))
    };
    Ok(Stats {
        users: number("/total_users")?,
        sessions: number("/active_sessions")?,
        requests: number("/requests_today")?,
    })
}
