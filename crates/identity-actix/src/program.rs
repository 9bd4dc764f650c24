//! What the `main` of every service does.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::listen::{BoundServer, healthcheck};
use crate::settings::ServiceSettings;
use crate::telemetry;

/// Runs a service until it is stopped, or does what the first argument says: `healthcheck` asks the service that runs
/// with the same settings whether it is ready, and fails if it is not.
pub async fn run(
    settings: &ServiceSettings,
    build: impl AsyncFnOnce() -> anyhow::Result<BoundServer>,
) -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => {
            telemetry::init(&settings.log).context("the log cannot be started")?;
            Ok(build().await?.run().await?)
        }
        Some("healthcheck") => Ok(healthcheck(settings.host, settings.port).await?),
        Some(other) => bail!("unknown argument {other:?}: expected none, or healthcheck"),
    }
}

/// Says at start what the service is and where, on standard output.
#[expect(
    clippy::print_stdout,
    reason = "it is for whoever started the program, and no log line"
)]
pub fn announce(banner: &str) {
    println!("{banner}");
}

/// The address that a person on this machine can open.
pub fn url_of(address: SocketAddr) -> String {
    if address.ip().is_loopback() && address.is_ipv4() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// The exit status of a program. An error is said on standard error: its causes in one line, and no backtrace, because
/// what stops a service at its start is for whoever started it to mend.
pub fn exit_code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
