//! Running a table of cases.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Error, Result};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::OnceCell;

use crate::case::{Case, Needs};
use crate::launch::{Environment, ServiceKind, World};
use crate::target::Target;

/// All cases of one service.
pub struct Suite {
    kind: ServiceKind,
    cases: Vec<Case>,
}

/// What the cases share; started by the first that runs, so that listing them starts nothing.
type Shared = Arc<OnceCell<World>>;

impl Suite {
    /// These cases, for a service of this kind.
    pub fn new(kind: ServiceKind, cases: Vec<Case>) -> Self {
        Self { kind, cases }
    }

    /// Runs the cases as the arguments of this process say, against a service and a local issuer in this process.
    ///
    /// Errors: no runtime can be had. A case that fails is an exit code, as is a service that does not start.
    pub fn run_in_process(self) -> Result<ExitCode> {
        let runtime = Runtime::new()?;
        let shared: Shared = Arc::default();
        let kind = self.kind;
        let trials = self.cases.into_iter().map(|case| {
            let (handle, shared) = (runtime.handle().clone(), Arc::clone(&shared));
            trial(case, Needs::OwnServers, handle, async move || {
                let world = shared.get_or_try_init(|| start(kind)).await?;
                Ok(world.target())
            })
        });
        let trials = trials.collect();
        let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
        if let Some(world) = Arc::into_inner(shared).and_then(OnceCell::into_inner) {
            runtime.block_on(world.stop())?;
        }
        Ok(conclusion.exit_code())
    }

    /// Runs the cases that need no more than `offered` against a service that runs somewhere else; the others are listed
    /// as ignored, each with its reason.
    ///
    /// Errors: no runtime can be had.
    pub fn run_against(self, target: Target, offered: Needs) -> Result<ExitCode> {
        let runtime = Runtime::new()?;
        let trials = self.cases.into_iter().map(|case| {
            let (handle, target) = (runtime.handle().clone(), target.clone());
            trial(case, offered, handle, async move || Ok(target.clone()))
        });
        let trials = trials.collect();
        Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
    }
}

async fn start(kind: ServiceKind) -> Result<World> {
    World::start(&Environment::new(kind)?).await
}

fn trial(
    case: Case,
    offered: Needs,
    runtime: Handle,
    target: impl AsyncFn() -> Result<Target> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(case.name.clone(), move || {
        if case.needs > offered {
            return Ok(Completion::ignored_with(case.needs));
        }
        let target = runtime
            .block_on(target())
            .context("the service under test did not start");
        let checked = target.and_then(|target| case.check(&runtime, &target));
        match checked {
            Ok(()) => Ok(Completion::Completed),
            Err(error) => Err(failure(&case, &error)),
        }
    })
}

/// Why the claim must hold, and what was seen instead; without the backtrace, which shows the runner.
fn failure(case: &Case, error: &Error) -> Failed {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    Failed::from(format!("{}\n\n{}", case.sentence, causes.join("\n")))
}
