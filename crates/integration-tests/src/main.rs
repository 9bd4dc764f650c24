//! The test container's program: the name of a service, then what every test program takes.

use std::process::ExitCode;

use clap::Parser;
use integration_tests::{Arguments, ServiceKind};

/// Runs the suite of a service from outside, over HTTP: in this process, against `BASE_URL`, or with `LIVE=1` against the real
/// provider.
#[derive(Parser)]
#[command(
    version,
    disable_version_flag = false,
    help_template = "{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}"
)]
struct Command {
    /// The service under test.
    service: ServiceKind,
    #[command(flatten)]
    tests: Arguments,
}

fn main() -> ExitCode {
    let command = Command::parse();
    integration_tests::run(command.service, &command.tests).unwrap_or_else(|error| {
        // One line and no backtrace: it is for the person who started the program.
        eprintln!("Error: {error:#}");
        ExitCode::FAILURE
    })
}
