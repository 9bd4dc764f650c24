//! What the `main` of every service does.

use std::env;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::observe::exporter;
use crate::observe::telemetry;
use crate::serve::{BoundServer, healthcheck};
use crate::settings::ServiceSettings;

/// What a service was started to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Answer requests until it is stopped: no argument.
    Serve,
    /// Ask the service that runs with the same settings whether it is ready: `healthcheck`.
    Healthcheck,
    /// Say what there is: `--help`.
    Help,
}

impl Command {
    /// What the arguments of this process say. Errors: something else.
    pub fn from_arguments() -> anyhow::Result<Self> {
        match env::args().nth(1).as_deref() {
            None => Ok(Self::Serve),
            Some("healthcheck") => Ok(Self::Healthcheck),
            Some("--help" | "-h" | "help") => Ok(Self::Help),
            Some(other) => {
                bail!("unknown argument {other:?}: expected none, healthcheck or --help")
            }
        }
    }
}

/// Runs a service until it is stopped, or asks one that runs.
///
/// With `METRICS_ADDR` it also shows the process's [`figures`](crate::metrics), from before `build` on. That can be
/// done once in a process: whoever runs several services in one starts them without this function.
pub async fn run(
    command: Command,
    settings: &ServiceSettings,
    build: impl AsyncFnOnce() -> anyhow::Result<BoundServer>,
) -> anyhow::Result<()> {
    if command == Command::Healthcheck {
        return Ok(healthcheck(settings.host, settings.port).await?);
    }
    telemetry::init(&settings.log).context("the log cannot be started")?;
    if let Some(address) = settings.metrics_address {
        exporter::start(address)?;
    }
    Ok(build().await?.run().await?)
}

/// What a service does and how it is told: for `--help`.
pub fn help(name: &str, required: &str) -> String {
    format!(
        "{name}                answers requests until it is stopped\n\
         {name} healthcheck    exits with 0 if the one that runs with the same settings is ready\n\n\
         Settings come from the environment, .env, or a TOML file that CONFIG_FILE names.\n\
         Required: {required}. All of them are in .env.example.\n"
    )
}

/// Says what the service is and where, on standard output. It is for whoever started the program, and no log line: if
/// nobody reads it, the service runs all the same.
pub fn announce(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
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
            eprintln!("Error: {}", in_one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes. Some libraries' errors say their cause themselves: nothing is said twice.
fn in_one_line(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let cause = cause.to_string();
        match told.as_str() {
            "" => cause,
            _ if told.ends_with(&cause) => told,
            _ => format!("{told}: {cause}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::in_one_line;

    #[test]
    fn causes_stand_in_one_line_and_none_twice() {
        let refused = || anyhow!("connection refused");
        for (error, told) in [
            (refused(), "connection refused"),
            (
                refused().context("no answer"),
                "no answer: connection refused",
            ),
            (
                refused()
                    .context("no answer: connection refused")
                    .context("no database"),
                "no database: no answer: connection refused",
            ),
        ] {
            assert_eq!(in_one_line(&error), told);
        }
    }
}
