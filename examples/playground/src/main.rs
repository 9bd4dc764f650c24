//! The playground: the local issuer and every service in one process, with requests ready to paste.

mod demo;
mod page;
mod ports;
mod services;
mod settings;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use local_issuer::Secret;
use service_kit::program;
use service_kit::settings::LogSettings;
use service_kit::telemetry;
use tokio::signal::unix::{SignalKind, signal};

use crate::ports::Ports;
use crate::services::Services;

/// Starts the local issuer and every service and prints what to try.
///
/// For development: nothing is kept, everything listens on this machine only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Listen on any free ports instead of 8000 to 8003 (services) and 9000 and 9001 (issuer).
    #[arg(long)]
    free_ports: bool,
    /// What the log shows, by level and module.
    #[arg(
        long,
        env = "RUST_LOG",
        default_value = "warn,identity_actix=info,service_kit=info"
    )]
    log: String,
}

#[actix_web::main]
async fn main() -> ExitCode {
    program::exit_code(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    telemetry::init(&LogSettings {
        filter: arguments.log,
        ..LogSettings::default()
    })?;
    let ports = if arguments.free_ports {
        Ports::FREE
    } else {
        Ports::USUAL
    };
    // Before anything starts, so that a signal during the start is not missed.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;

    let control_token = Secret::random()?;
    let services = Services::start(ports, &control_token)
        .await
        .context("the playground cannot start")?;
    let demo = demo::create(&services.auth_server()).await;
    demo.context("the demo organization cannot be made")?;
    page::print(&services, control_token.reveal())?;

    let failed = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        ended = services.ended() => Some(ended),
    };
    services.stop().await;
    failed.map_or(Ok(()), Err)
}
