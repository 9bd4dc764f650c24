//! The `main` of a service.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::ArgMatches;
use identity_actix::{Access, AccessTable};
use identity_core::Rule;

use crate::observe::exporter;
use crate::observe::telemetry;
use crate::serve::reload::{Reload, Reloader};
use crate::serve::signal::Hangups;
use crate::serve::{BoundServer, healthcheck};
use crate::settings::{Field, ServiceSettings, SettingsError};

/// The subcommand that a service was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `serve`, or no subcommand: handle requests until stopped.
    Serve,
    /// `healthcheck`: check whether the service that runs with the same settings is ready.
    Healthcheck,
    /// `check-config`: read the settings, and start nothing.
    CheckConfig,
    /// `routes`: list the routes with their rules.
    Routes,
}

impl Command {
    /// Returns the subcommand of these arguments.
    pub fn of(arguments: &ArgMatches) -> Self {
        match arguments.subcommand_name() {
            Some("healthcheck") => Self::Healthcheck,
            Some("check-config") => Self::CheckConfig,
            Some("routes") => Self::Routes,
            _ => Self::Serve,
        }
    }
}

/// Returns the command line of a service: the subcommands of [`Command`], `--version`, and `--help`, which lists the
/// settings.
pub fn command_line(
    name: &'static str,
    version: &'static str,
    settings: &[Field],
) -> clap::Command {
    let serve = clap::Command::new("serve").about("Handles requests until it is stopped (default)");
    let healthcheck = clap::Command::new("healthcheck")
        .about("Exits with 0 if the service that runs with the same settings is ready");
    let check = clap::Command::new("check-config")
        .about("Reads the settings, and exits with 0 if the service can start with them");
    let routes = clap::Command::new("routes").about("Lists the routes with their rules");
    clap::Command::new(name)
        .version(version)
        .subcommands([serve, healthcheck, check, routes])
        .after_help(settings_help(settings))
}

/// Returns the subcommand `migrate`, for a service with a database, whose `main` passes it on to [`migrate`].
pub fn migrate_command() -> clap::Command {
    clap::Command::new("migrate")
        .about("Runs the pending migrations of the database, which the service does at start too, and ends")
}

fn settings_help(settings: &[Field]) -> String {
    let names = |is_listed: fn(&Field) -> bool| {
        let listed = settings.iter().filter(|field| is_listed(field));
        listed.map(Field::name).collect::<Vec<_>>()
    };
    let required = names(|field| field.required);
    let required = match required.is_empty() {
        true => "none".to_owned(),
        false => required.join(", "),
    };
    let all = names(|_| true).join("\n  ");
    format!(
        "Settings come from the environment, .env, or a TOML file that CONFIG_FILE names.\n\
         Required: {required}.\n\nAll of them:\n  {all}"
    )
}

/// Returns the routes of a service with their rules, one a line.
fn routes(access: &AccessTable) -> String {
    let lines = access.routes().iter().map(|route| match route.access {
        Access::Public => format!("{route} (public)"),
        Access::Protected {
            rule: Rule::Authenticated,
            ..
        } => format!("{route} (any caller)"),
        _ => route.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How a program is configured with settings `S`.
#[derive(Debug, Clone)]
pub struct Configuration<S> {
    /// Reads the settings: at the start, and again when a running service is to take changed ones.
    pub read: fn() -> Result<S, SettingsError>,
    /// Finds the settings that every service has.
    pub service: fn(&S) -> &ServiceSettings,
    /// How a running service takes changed settings.
    pub reload: Reload<S>,
}

/// Does what a service was started for: runs it until it is stopped, checks a running one, reads the settings, or lists the
/// routes, which needs no settings.
///
/// A running service reads its settings again at SIGHUP ([`Reload`]).
///
/// With `METRICS_ADDR` it also exports the process's [`metrics`](crate::metrics), starting before `build`. That is
/// possible only once per process: start several services in one process without this function. With
/// `OTEL_EXPORTER_OTLP_ENDPOINT` it exports traces, the last of them when the service has stopped.
pub async fn run<S>(
    command: Command,
    access: &AccessTable,
    configuration: Configuration<S>,
    build: impl AsyncFnOnce(&S) -> anyhow::Result<BoundServer>,
) -> anyhow::Result<()> {
    if command == Command::Routes {
        announce(&routes(access));
        return Ok(());
    }
    let settings = (configuration.read)()?;
    let listen = (configuration.service)(&settings);
    match command {
        Command::Healthcheck => return Ok(healthcheck(listen.host, listen.port).await?),
        Command::CheckConfig => {
            announce("The settings can be used.");
            return Ok(());
        }
        Command::Serve | Command::Routes => {}
    }
    let traces = telemetry::init_with_traces(&listen.log, &listen.traces)
        .context("the log cannot be started")?;
    if let Some(address) = listen.metrics_address {
        exporter::start(address, listen.limits.write_timeout)?;
    }
    let hangups = Hangups::handled().context("SIGHUP cannot be handled")?;
    let server = build(&settings).await?;
    let stopping = server.stopping();
    let reloader = Reloader::new(configuration, server.live(), hangups, listen);
    let outcome = tokio::select! {
        outcome = server.run() => outcome,
        () = reloader.run() => Ok(()),
    };
    traces.finish(stopping.time_left()).await;
    Ok(outcome?)
}

/// Reads the settings and opens the database, which runs its pending migrations. Errors: a setting is bad, or `open` fails.
pub async fn migrate<S>(
    configuration: Configuration<S>,
    open: impl AsyncFnOnce(&S) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let settings = (configuration.read)()?;
    let listen = (configuration.service)(&settings);
    telemetry::init(&listen.log).context("the log cannot be started")?;
    open(&settings).await?;
    announce("The tables of the database are up to date.");
    Ok(())
}

/// Writes what the service is and where it listens to standard output. It is for the person who started the program,
/// and not a log line: if standard output is closed, the service runs all the same.
pub fn announce(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// Returns the URL that a browser on this machine can open.
pub fn url_of(address: SocketAddr) -> String {
    if address.ip().is_loopback() && address.is_ipv4() || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// Returns the exit status of a program. An error is written to standard error, with its causes in one line and without
/// a backtrace: what fails at the start can be fixed by the person who starts the service.
pub fn exit_code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {}", in_one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Returns an error and its causes. Some libraries repeat the cause in their message: duplicates are left out.
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
    use actix_web::http::Method;
    use anyhow::anyhow;
    use identity_actix::{AccessTable, AnyCaller};
    use identity_core::{Rule, policies};

    use super::{Command, command_line, in_one_line, routes};
    use crate::settings::{LogSettings, SettingsReader};

    #[test]
    fn causes_are_in_one_line_and_none_twice() {
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

    #[test]
    fn each_route_is_a_line_with_its_rule() {
        policies! {
            Administer = Rule::role("admin");
        }
        let table = AccessTable::new()
            .public(Method::GET, "/")
            .protected::<AnyCaller>(Method::GET, "/me")
            .protected::<Administer>(Method::POST, "/users");
        let lines = "GET / (public)\nGET /me (any caller)\nPOST /users (requires role admin)";
        assert_eq!(routes(&table), lines);
    }

    #[test]
    fn no_argument_is_ignored() {
        let mut reader = SettingsReader::from_values("AN_API", []);
        reader.group(LogSettings::default());
        let parsed = |arguments: &[&str]| {
            let arguments = ["an-api"].iter().chain(arguments);
            command_line("an-api", "1.2.3", reader.fields()).try_get_matches_from(arguments)
        };
        for (arguments, command) in [
            (&[][..], Command::Serve),
            (&["serve"], Command::Serve),
            (&["healthcheck"], Command::Healthcheck),
            (&["check-config"], Command::CheckConfig),
            (&["routes"], Command::Routes),
        ] {
            assert_eq!(Command::of(&parsed(arguments).unwrap()), command);
        }
        for arguments in [
            &["sevre"][..],
            &["serve", "now"],
            &["healthcheck", "--all"],
            &["-x"],
        ] {
            assert_eq!(
                parsed(arguments).unwrap_err().exit_code(),
                2,
                "{arguments:?}"
            );
        }
        let version = parsed(&["--version"]).unwrap_err().to_string();
        assert_eq!(version, "an-api 1.2.3\n");
        let help = parsed(&["--help"]).unwrap_err().to_string();
        assert!(help.contains("Required: none."), "{help}");
        assert!(help.contains("\n  RUST_LOG"), "{help}");
    }
}
