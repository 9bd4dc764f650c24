//! The suites against containers, and what only containers show: servers that are stopped, cut off and killed.
//!
//! `scripts/images` builds the images; `cargo test --features containers --test containers -- --ignored` runs this.

mod docker;
mod flow;
mod outages;
mod restarts;
mod rotations;
mod shutdown;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use integration_tests::{Arguments, Needs, ServiceKind, auth0, billing, descope};
use libtest_mimic::{Failed, Trial};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::OnceCell;

use world::World;

fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    if !(arguments.ignored || arguments.include_ignored) {
        let name = "containers::needs_docker_and_the_images_that_scripts_images_builds";
        let trial = Trial::test(name, || Ok(())).with_ignored_flag(true);
        return Ok(libtest_mimic::run(&arguments, vec![trial]).exit_code());
    }

    let runtime = Runtime::new()?;
    let (mut trials, mut worlds) = (Vec::new(), Vec::new());
    for suite in [descope::suite(), auth0::suite(), billing::suite()] {
        let (kind, shared) = (suite.kind(), Arc::new(OnceCell::new()));
        worlds.push(Arc::clone(&shared));
        let target = async move || {
            let world = shared.get_or_try_init(|| World::start(kind)).await?;
            world.target().await
        };
        let of_suite = suite.trials(Needs::AnyToken, runtime.handle(), target);
        trials.extend(
            of_suite
                .into_iter()
                .map(|trial| trial.with_kind(kind.name())),
        );
    }
    for kind in ServiceKind::ALL {
        trials.extend(scenarios(kind, runtime.handle()));
    }
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(true))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    for world in worlds {
        if let Some(world) = Arc::into_inner(world).and_then(OnceCell::into_inner) {
            runtime.block_on(world.remove())?;
        }
    }
    Ok(conclusion.exit_code())
}

fn scenarios(kind: ServiceKind, runtime: &Handle) -> Vec<Trial> {
    let mut trials = vec![
        trial(
            kind,
            runtime,
            "issuer_stopped_and_started_again_costs_no_request",
            outages::stopped,
        ),
        trial(
            kind,
            runtime,
            "issuer_cut_off_costs_no_request",
            outages::cut_off,
        ),
        trial(
            kind,
            runtime,
            "issuer_cut_off_at_start_is_503_until_it_is_back",
            outages::cut_off_at_start,
        ),
        trial(
            kind,
            runtime,
            "keys_rotated_while_requests_flow_cost_none",
            rotations::under_load,
        ),
        trial(kind, runtime, "sigterm_loses_no_request", shutdown::drains),
        trial(
            kind,
            runtime,
            "sigterm_of_an_idle_service_is_quick",
            shutdown::idle,
        ),
    ];
    if kind == ServiceKind::DescopeApi {
        trials.push(trial(
            kind,
            runtime,
            "killed_service_keeps_what_it_acknowledged",
            restarts::killed,
        ));
    }
    trials
}

fn trial(
    kind: ServiceKind,
    runtime: &Handle,
    name: &str,
    scenario: impl AsyncFn(&World) -> Result<()> + Send + 'static,
) -> Trial {
    let runtime = runtime.clone();
    let run = move || {
        let outcome = runtime.block_on(async {
            let world = World::start(kind).await?;
            let outcome = scenario(&world).await;
            let logs = match &outcome {
                Ok(()) => String::new(),
                Err(_) => world.logs().await,
            };
            world.remove().await?;
            outcome.map_err(|error| error.context(logs))
        });
        outcome.map_err(|error: anyhow::Error| {
            let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
            Failed::from(causes.join("\n"))
        })
    };
    Trial::test(format!("containers::{name}"), run).with_kind(kind.name())
}
