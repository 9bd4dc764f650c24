//! Runs auth-server with settings from the environment. The subcommand `healthcheck` checks whether a running instance
//! is ready; `check-config` reads the settings, `routes` lists the routes, `migrate` creates and updates the tables,
//! and `rotate-keys` rotates the signing keys of all replicas.

use std::process::ExitCode;

use auth_server::{Rotation, Settings, access, banner, server};
use service_kit::program::{self, Command, Configuration};
use service_kit::telemetry;

#[actix_web::main]
async fn main() -> ExitCode {
    program::exit_code(run().await)
}

async fn run() -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let rotate = clap::Command::new("rotate-keys")
        .about("Makes all replicas of the database sign with the next key");
    let arguments = program::command_line("auth-server", version, &Settings::fields())
        .subcommand(rotate)
        .subcommand(program::migrate_command())
        .get_matches();
    if arguments.subcommand_name() == Some("rotate-keys") {
        return rotate_keys().await;
    }
    let configuration = Configuration {
        read: Settings::from_env,
        service: |settings| &settings.service,
        reload: server::reload(),
    };
    if arguments.subcommand_name() == Some("migrate") {
        return program::migrate(configuration, server::migrate).await;
    }
    program::run(
        Command::of(&arguments),
        &access(),
        configuration,
        async |settings: &Settings| {
            let server = server::build(settings.clone()).await?;
            program::announce(&banner(settings, server.address()));
            Ok(server)
        },
    )
    .await
}

async fn rotate_keys() -> anyhow::Result<()> {
    let settings = Settings::from_env()?;
    telemetry::init(&settings.service.log)?;
    let told = match server::rotate_keys(&settings).await? {
        Rotation::Done => "The signing keys were rotated.",
        Rotation::DoneElsewhere => {
            "The signing keys were rotated by another one at the same moment."
        }
    };
    program::announce(told);
    Ok(())
}
