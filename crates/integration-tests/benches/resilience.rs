//! What the services do while their issuer rotates its keys, is out of order, or is asked for keys by strangers.
//!
//! `scripts/resilience` builds a service, runs this against it as a process of its own, and fails if a figure is missed.
//! The issuer and the load are in this process. `--short` asserts what is counted and never what is timed.
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measured"
)]

#[path = "resilience/arguments.rs"]
mod arguments;
#[path = "resilience/report.rs"]
mod report;

#[path = "resilience/cold.rs"]
mod cold;
#[path = "resilience/flood.rs"]
mod flood;
#[path = "resilience/outage.rs"]
mod outage;
#[path = "resilience/rotation.rs"]
mod rotation;
#[path = "resilience/soak.rs"]
mod soak;
#[path = "resilience/stampede.rs"]
mod stampede;

#[path = "resilience/service.rs"]
mod service;
#[path = "resilience/world.rs"]
mod world;

#[path = "resilience/forger.rs"]
mod forger;
#[path = "resilience/load.rs"]
mod load;
#[path = "resilience/tally.rs"]
mod tally;

#[path = "running/connection.rs"]
mod connection;
#[path = "running/process.rs"]
mod process;
#[path = "running/trust.rs"]
mod trust;
#[path = "running/wait.rs"]
mod wait;

use std::process::ExitCode;

use anyhow::{Context, Result};

use arguments::{Arguments, Scenario};
use report::Report;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_command_line(std::env::args().skip(1))?;
    let mut report = Report::default();
    for scenario in &arguments.scenarios {
        println!("== {}", scenario.name());
        let outcome = match scenario {
            Scenario::Rotation => rotation::run(&arguments, &mut report).await,
            Scenario::Outage => outage::run(&arguments, &mut report).await,
            Scenario::Cold => cold::run(&arguments, &mut report).await,
            Scenario::Flood => flood::run(&arguments, &mut report).await,
            Scenario::Stampede => stampede::run(&arguments, &mut report).await,
            Scenario::Soak => soak::run(&arguments, &mut report).await,
        };
        outcome.with_context(|| format!("{} could not be measured", scenario.name()))?;
    }
    report.print(&arguments);
    Ok(match report.missed().is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
