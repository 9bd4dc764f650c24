//! `identity` looks at issuers, keys and tokens from the command line, and says why a token is refused.
//!
//! Exit codes: 0 if all is well, 1 if something is wrong with what was looked at, 2 for wrong arguments.

mod clocks;
mod discover;
mod doctor;
mod inspect;
mod keys;
mod report;
mod resource;
mod services;
mod times;
mod token;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use identity_core::http::HttpClient;
use service_kit::settings::{IssuerSettings, SettingsReader};
use url::Url;

use crate::doctor::DoctorArguments;
use crate::inspect::InspectArguments;
use crate::report::Report;
use crate::token::TokenArguments;

/// Looks at issuers, keys and tokens, and says why a token is refused.
///
/// Issuers are reached as by the services: HTTPS_PROXY, NO_PROXY, EXTRA_CA_FILE, ALLOW_HTTP_ISSUER and the others of
/// docs/settings.md, from the environment or from .env in this folder.
#[derive(Debug, Parser)]
#[command(name = "identity", version)]
struct Arguments {
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetches an issuer's metadata and checks it.
    Discover {
        /// The issuer, or the address of its metadata.
        url: Url,
    },
    /// Lists an issuer's keys, and says which of them can be used.
    Keys {
        /// The issuer, or the address of its metadata.
        url: Url,
    },
    /// Gets an access token, as a client or by letting a person sign in, and prints it.
    Token(Box<TokenArguments>),
    /// Decodes a token and verifies it. The token is read from TOKEN or from the standard input.
    Inspect(InspectArguments),
    /// Reads the settings of a service and checks each link to its issuer: settings, metadata, keys, clock, a token (of TOKEN
    /// or the standard input) and its rights.
    Doctor(DoctorArguments),
    /// Prints the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // For the names that clap reads.
    dotenvy::from_path(".env").ok();
    let arguments = Arguments::parse();
    match run(&arguments).await.and_then(|report| {
        write(&report.print(arguments.json))?;
        Ok(report.is_good())
    }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // The sources are part of the sentence.
            let sentence = format!("identity: {}\n", report::plain(&format!("{error:#}")));
            drop(io::stderr().write_all(sentence.as_bytes()));
            ExitCode::from(1)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Report> {
    match &arguments.command {
        Command::Discover { url } => discover::report(&client(&settings()?)?, url).await,
        Command::Keys { url } => keys::report(&client(&settings()?)?, url).await,
        Command::Token(request) => token::report(client(&settings()?)?, request).await,
        Command::Inspect(request) => inspect::report(&settings()?, request).await,
        Command::Doctor(request) => doctor::report(request).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(*shell, &mut command, "identity", &mut script);
            Ok(Report::text(String::from_utf8(script)?))
        }
    }
}

/// Reads how issuers are reached.
fn settings() -> Result<IssuerSettings> {
    let mut reader = SettingsReader::from_env("IDENTITY");
    let settings = IssuerSettings::read(&mut reader);
    Ok(reader.finish(Some(settings))?)
}

/// Returns an HTTP client with these settings.
fn client(settings: &IssuerSettings) -> Result<HttpClient> {
    let client = settings.client.builder();
    Ok(HttpClient::from_builder(client, settings.http())?)
}

/// Writes to the standard output. Errors: it cannot be written to; one that is no longer read is none.
fn write(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
