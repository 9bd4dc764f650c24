//! Runs billing-api with settings from the environment. The subcommand `healthcheck` checks whether a running instance
//! is ready; `check-config` reads the settings, `routes` lists the routes, and `migrate` creates and updates
//! the tables.

use std::process::ExitCode;

use billing_api::{Settings, access, banner, server};
use service_kit::program::{self, Command, Configuration};

#[actix_web::main]
async fn main() -> ExitCode {
    program::exit_code(run().await)
}

async fn run() -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let arguments = program::command_line("billing-api", version, &Settings::fields())
        .subcommand(program::migrate_command())
        .get_matches();
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
