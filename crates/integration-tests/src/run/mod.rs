//! Running a suite the way the environment says: the same for `cargo test`, the test container and the real provider.

mod live;
mod settings;

use std::process::ExitCode;

use anyhow::{Context, Result};
use libtest_mimic::Arguments;
use local_issuer::LocalIssuer;
use tokio::runtime::Runtime;

use crate::case::Needs;
use crate::kind::ServiceKind;
use crate::launch::personas;
use crate::suite::Suite;
use crate::target::Target;
use crate::tokens::Tokens;
use crate::{auth0, billing, descope, wait};

pub use settings::{LiveClient, SuiteSettings};

/// Runs the suite of this service as the environment and `.env` say:
///
/// | set | the service | tokens |
/// |---|---|---|
/// | nothing | in this process | a local issuer in this process |
/// | `BASE_URL` | there; it must trust the issuer that `LOCAL_ISSUER_...` describe, which is started in this process | that issuer |
/// | `LIVE=1`, and the provider's settings | in this process, or at `BASE_URL` | the real provider's, for `CLIENT_ID` |
///
/// Each name is also read with the service's name and `_TEST__` before it, such as `DESCOPE_API_TEST__BASE_URL`, which wins.
///
/// Errors: a setting is missing or bad; the service does not become ready; the provider gives no token. A case that
/// fails is an exit code.
pub fn run(kind: ServiceKind, arguments: &Arguments) -> Result<ExitCode> {
    let suite = match kind {
        ServiceKind::DescopeApi => descope::suite(),
        ServiceKind::Auth0Api => auth0::suite(),
        ServiceKind::BillingApi => billing::suite(),
    };
    let settings = SuiteSettings::from_env(kind)?;
    match (settings.live, settings.base_url) {
        (Some(client), base_url) => live::run(suite, client, base_url.as_deref(), arguments),
        (None, Some(base_url)) => run_against(suite, &base_url, arguments),
        (None, None) => suite.run_in_process(arguments),
    }
}

/// With an issuer in this process, so that tokens of any kind can be made.
fn run_against(suite: Suite, base_url: &str, arguments: &Arguments) -> Result<ExitCode> {
    let runtime = Runtime::new()?;
    let kind = suite.kind();
    let mut config = local_issuer::settings::from_env()?;
    if kind == ServiceKind::BillingApi {
        config.personas = personas(kind)?;
    }
    let (issuer, target) = runtime.block_on(async {
        let issuer = LocalIssuer::start(config).await?;
        let target = Target::at(kind, base_url)?
            .with_tokens(Tokens::of(kind, &issuer))
            .with_issuer(&issuer);
        target.until_ready().await.with_context(|| {
            format!(
                "the service at {base_url} must trust {} and {}",
                issuer.descope().issuer(),
                issuer.auth0().issuer()
            )
        })?;
        // It may have the keys of the issuer of an earlier run, and fetches others at intervals only.
        let call = target.any_caller().bearer(&target.token("admin").await?);
        wait::until("the service knows the keys of this issuer", async || {
            Ok(target.send(&call).await?.status != 401)
        })
        .await?;
        anyhow::Ok((issuer, target))
    })?;
    let conclusion = suite.run_against(&target, Needs::AnyToken, arguments, runtime.handle());
    runtime.block_on(issuer.stop());
    Ok(conclusion.exit_code())
}
