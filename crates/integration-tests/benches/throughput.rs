//! What protection costs: the services beside their own public route, plain actix-web and what others use.
//!
//! `scripts/bench` builds all of it and runs this. Each server is a process of its own on one core, wrk is on another one,
//! and the issuers are in this process. Every figure to be reached is a ratio of two that were measured in turn in one run.
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measured"
)]

#[path = "throughput/aims.rs"]
mod aims;
#[path = "throughput/arguments.rs"]
mod arguments;
#[path = "throughput/comparison.rs"]
mod comparison;
#[path = "throughput/growth.rs"]
mod growth;
#[path = "throughput/report.rs"]
mod report;

#[path = "throughput/row.rs"]
mod row;
#[path = "throughput/signature.rs"]
mod signature;
#[path = "throughput/wrk.rs"]
mod wrk;

#[path = "throughput/floor.rs"]
mod floor;
#[path = "throughput/server.rs"]
mod server;
#[path = "throughput/several.rs"]
mod several;

#[path = "throughput/awake.rs"]
mod awake;
#[path = "throughput/cores.rs"]
mod cores;
#[path = "throughput/issuers.rs"]
mod issuers;
#[path = "throughput/request_file.rs"]
mod request_file;
#[path = "throughput/world.rs"]
mod world;

#[path = "running/connection.rs"]
mod connection;
#[path = "running/process.rs"]
mod process;
#[path = "running/trust.rs"]
mod trust;
#[path = "running/wait.rs"]
mod wait;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use arguments::Arguments;
use comparison::Comparison;
use world::World;

/// A route that needs a token, and one that needs none, at every server.
const PRIVATE: &str = "/api/private";
const PUBLIC: &str = "/api/public";

#[actix_web::main]
async fn main() -> Result<ExitCode> {
    let words: Vec<String> = env::args().skip(1).collect();
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    match texts.as_slice() {
        // What this program starts itself as.
        [awake::ROLE] => awake::run(),
        ["floor", port, recording] => floor::serve(port.parse()?, Path::new(recording)).await?,
        ["several", port, memory, audience, issuers @ ..] => {
            several::serve(port.parse()?, *memory == "remembers", audience, issuers).await?;
        }
        _ => return measure(Arguments::from_command_line(words.into_iter())?).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(arguments: Arguments) -> Result<ExitCode> {
    let world = World::start(arguments).await?;
    let comparison = Comparison::measure(&world).await?;
    let (growth, aims) = match world.arguments.is_short {
        true => (Vec::new(), aims::wide(&comparison)),
        false => (growth::measure(&world).await?, aims::all(&comparison)),
    };
    let tables = report::tables(&world, &comparison, &growth, &aims);
    println!("{tables}");
    if let Some(file) = &world.arguments.markdown {
        report::write(file, &tables)?;
    }
    let errors: u64 = comparison
        .rows
        .iter()
        .chain(&growth)
        .map(row::Row::errors)
        .sum();
    if errors > 0 {
        println!("{errors} requests were not answered with 200");
    }
    let missed = aims.iter().filter(|aim| !aim.is_met).count();
    println!(
        "{} of {} ratios are reached",
        aims.len() - missed,
        aims.len()
    );
    Ok(match errors == 0 && missed == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
