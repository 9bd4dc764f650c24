//! What the services do while their issuer rotates its keys, is out of order, or is asked for keys with forged key ids, and
//! what an idle connection costs.
//!
//! `scripts/resilience` builds a service, runs this against it as a process of its own, and fails if a number is missed.
//! The issuer and the load are in this process. `--short` asserts what is counted and never what is timed.
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measured"
)]

mod arguments;
mod report;

mod cold;
mod flood;
mod idle;
mod outage;
mod reload;
mod rotation;
mod soak;
mod stampede;

mod service;
mod world;

mod forger;
mod load;
mod tally;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use arguments::{Arguments, Scenario};
use report::Report;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut report = Report::default();
    for scenario in arguments.scenarios() {
        println!("== {}", scenario.name());
        let outcome = match scenario {
            Scenario::Rotation => rotation::run(&arguments, &mut report).await,
            Scenario::Outage => outage::run(&arguments, &mut report).await,
            Scenario::Cold => cold::run(&arguments, &mut report).await,
            Scenario::Flood => flood::run(&arguments, &mut report).await,
            Scenario::Stampede => stampede::run(&arguments, &mut report).await,
            Scenario::Reload => reload::run(&arguments, &mut report).await,
            Scenario::Idle => idle::run(&arguments, &mut report).await,
            Scenario::Soak => soak::run(&arguments, &mut report).await,
        };
        outcome.with_context(|| format!("{} could not be measured", scenario.name()))?;
    }
    report.print(&arguments);
    Ok(ExitCode::from(u8::from(!report.missed().is_empty())))
}
