//! Running a table of cases.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Error, Result};
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::OnceCell;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::launch::{Environment, World};
use crate::log;
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

    /// Which service this is about.
    pub fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Runs the cases against a service and a local issuer in this process, where the log can be read as well.
    ///
    /// Errors: no runtime can be had. A case that fails is an exit code, as is a service that does not start.
    pub fn run_in_process(self, arguments: &Arguments) -> Result<ExitCode> {
        log::keep()?;
        let runtime = Runtime::new()?;
        let shared: Shared = Arc::default();
        let kind = self.kind;
        let kept = Arc::clone(&shared);
        let target = async move || Ok(kept.get_or_try_init(|| start(kind)).await?.target());
        let trials = self.trials(Needs::OwnServers, runtime.handle(), target);
        let conclusion = libtest_mimic::run(arguments, trials);
        if let Some(world) = Arc::into_inner(shared).and_then(OnceCell::into_inner) {
            runtime.block_on(world.stop())?;
        }
        Ok(conclusion.exit_code())
    }

    /// Runs the cases that need no more than `offered` against a service that runs somewhere else; the others are listed
    /// as ignored, each with its reason.
    pub fn run_against(
        self,
        target: &Target,
        offered: Needs,
        arguments: &Arguments,
        runtime: &Handle,
    ) -> Conclusion {
        let target = target.clone();
        let trials = self.trials(offered, runtime, async move || Ok(target.clone()));
        libtest_mimic::run(arguments, trials)
    }

    /// The cases as trials against the service that `target` gives; those that need more than `offered` say so when they
    /// are run.
    pub fn trials<T>(self, offered: Needs, runtime: &Handle, target: T) -> Vec<Trial>
    where
        T: AsyncFn() -> Result<Target> + Clone + Send + 'static,
    {
        let cases = self.cases.into_iter();
        let trials = cases.map(|case| trial(case, offered, runtime.clone(), target.clone()));
        trials.collect()
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
