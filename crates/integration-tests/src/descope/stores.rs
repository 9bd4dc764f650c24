//! The store behind the users: what it keeps, and what happens at the same time.

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use super::users::{created, listed_ids};
use crate::case::{Case, Needs, email};
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, RunningService, World};
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "users::are_there_after_a_restart",
            "What was created with 200 is kept.",
            Needs::OwnServers,
            async |_| after_a_restart().await,
        ),
        Case::new(
            "users::of_another_service_are_not_listed",
            "Two services with two databases share no users.",
            Needs::OwnServers,
            async |_| two_databases().await,
        ),
        Case::new(
            "users::one_address_at_once_is_taken_once",
            "Of several requests for one address that come together, one has it.",
            Needs::OwnServers,
            async |_| {
                let world = World::of(ServiceKind::DescopeApi).await?;
                world.check(one_address).await
            },
        ),
        Case::new(
            "users::many_at_once_are_all_kept",
            "Requests that come together do not get in each other's way: none fails, and none is lost.",
            Needs::OwnServers,
            async |_| {
                let world = World::of(ServiceKind::DescopeApi).await?;
                world.check(many_at_once).await
            },
        ),
    ]
}

async fn after_a_restart() -> Result<()> {
    let environment = Environment::new(ServiceKind::DescopeApi)?;
    let world = World::start(&environment).await?;
    let call = Call::post(format!("/api/users?name=Kept&email={}", email("kept")));
    let id = created(&world.target(), call).await?;
    world.service.stop().await?;

    let again = World::around(world.issuer, &environment).await?;
    let check = again.check(async |target| {
        let listed = listed_ids(target, "").await?;
        ensure!(listed == [id], "{listed:?}");
        Ok(())
    });
    check.await
}

async fn two_databases() -> Result<()> {
    let world = World::of(ServiceKind::DescopeApi).await?;
    let environment = Environment::new(ServiceKind::DescopeApi)?;
    let other = RunningService::start(&environment, &world.issuer.config()).await?;
    other.target.until_ready().await?;
    let call = Call::post(format!("/api/users?name=Here&email={}", email("here")));
    created(&world.target(), call).await?;
    let there = listed_ids(&other.trusting(&world.issuer), "").await?;
    ensure!(there.is_empty(), "{there:?}");
    other.stop().await?;
    world.stop().await
}

/// Writes, reads and health checks together, as soon as the service is there.
async fn many_at_once(target: &Target) -> Result<()> {
    const USERS: usize = 25;
    let token = target.token("admin").await?;
    let mut calls = JoinSet::new();
    for number in 0..USERS {
        let create = Call::post(format!(
            "/api/users?name=Many&email={}",
            email(&number.to_string())
        ));
        for call in [
            create,
            Call::get("/api/admin/users"),
            Call::get("/health/ready"),
            target.any_caller(),
        ] {
            let (target, call) = (target.clone(), call.bearer(&token));
            calls.spawn(async move { (call.clone(), target.send(&call).await) });
        }
    }
    for (call, response) in calls.join_all().await {
        let response = response?;
        ensure!(response.status == 200, "{call:?}: {response:?}");
    }
    let listed = listed_ids(target, "?limit=1000").await?;
    ensure!(listed.len() == USERS, "{} users", listed.len());
    Ok(())
}

async fn one_address(target: &Target) -> Result<()> {
    let token = target.token("admin").await?;
    let mut calls = JoinSet::new();
    for number in 0..10 {
        // Two names: one of them gets the address, each time that it is requested.
        let name = if number % 2 == 0 { "Twin" } else { "Other" };
        let call = Call::post(format!("/api/users?name={name}&email=twin@example.com"));
        let (target, call) = (target.clone(), call.bearer(&token));
        calls.spawn(async move { target.send(&call).await });
    }
    let mut statuses = Vec::new();
    for response in calls.join_all().await {
        statuses.push(response?.status);
    }
    statuses.sort_unstable();
    ensure!(statuses == [[200; 5], [409; 5]].concat(), "{statuses:?}");
    let listed = listed_ids(target, "").await?;
    ensure!(listed.len() == 1, "{listed:?}");
    Ok(())
}
