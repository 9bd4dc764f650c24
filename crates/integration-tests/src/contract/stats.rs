//! `/api/admin/stats`: counted, not made up.

use anyhow::{Result, ensure};

use crate::case::{Case, Needs, email};
use crate::http::{Call, Response};
use crate::kind::ServiceKind;
use crate::launch::World;
use crate::target::Target;

pub(super) fn case(kind: ServiceKind) -> Case {
    Case::new(
        "stats::move_by_what_was_done",
        "Each number is what happened: callers whose token was verified, requests of today, and the users in the store or the time since the start.",
        Needs::OwnServers,
        async move |_| World::of(kind).await?.check(moves).await,
    )
}

async fn moves(target: &Target) -> Result<()> {
    let callers = match target.kind() {
        ServiceKind::DescopeApi => "/active_sessions",
        _ => "/active_callers",
    };
    // More than are made between two looks: a smaller number is then the count of a new day, and not one that does not move.
    for _ in 0..10 {
        target.get("/health").await?;
    }
    let first = stats(target).await?;
    ensure!(first.number(callers)? == 1, "{first:?}");
    for persona in ["viewer", "editor", "viewer"] {
        target.accepts(&target.token(persona).await?).await?;
    }
    target.send(&target.any_caller()).await?;
    target.send(&target.any_caller().bearer("bad")).await?;
    target.get("/health").await?;
    target.get("/nope").await?;
    let second = stats(target).await?;
    // Two more callers, one of them twice; seven requests and this one.
    ensure!(second.number(callers)? == 3, "{second:?}");
    let requests = [
        first.number("/requests_today")?,
        second.number("/requests_today")?,
    ];
    let [before, after] = requests;
    ensure!(
        after.saturating_sub(before) == 8 || after < before,
        "{requests:?}"
    );

    if target.kind() != ServiceKind::DescopeApi {
        let (uptime, later) = (
            first.number("/uptime_seconds")?,
            second.number("/uptime_seconds")?,
        );
        ensure!(uptime < 60 && later >= uptime, "{uptime}, {later}");
        return Ok(());
    }
    ensure!(first.number("/total_users")? == 0 && second.number("/total_users")? == 0);
    for _ in 0..2 {
        let call = Call::post(format!("/api/users?name=Stats&email={}", email("stats")));
        let call = call.bearer(&target.token("admin").await?);
        target.status(&call, 200).await?;
    }
    let third = stats(target).await?;
    ensure!(third.number("/total_users")? == 2, "{third:?}");
    ensure!(third.number(callers)? == 3, "{third:?}");
    Ok(())
}

async fn stats(target: &Target) -> Result<Response> {
    let call = Call::get("/api/admin/stats").bearer(&target.token("admin").await?);
    target.status(&call, 200).await
}
