//! The test container's program: `integration-tests descope-api`, `integration-tests auth0-api` or `integration-tests
//! billing-api`, then what every test program takes, such as a filter, `--list` or `--quiet`.

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};
use integration_tests::{Arguments, ServiceKind};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            // One line and no backtrace: it is for whoever started the program to mend.
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments: Vec<_> = env::args().collect();
    let kind = if arguments.len() > 1 {
        arguments.remove(1)
    } else {
        String::new()
    };
    let Some(kind) = ServiceKind::named(&kind) else {
        bail!("expected descope-api, auth0-api or billing-api as the first argument, got {kind:?}");
    };
    integration_tests::run(kind, Arguments::from_iter(arguments))
}
