//! What protection costs: the services beside their own public route, plain actix-web and what others use.
//!
//! `scripts/bench` builds all of it and runs this. Each server is a process of its own on one core, wrk is on another one,
//! and the issuers are in this process. Every number to be reached is a ratio of two that were measured in turn in one run.
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measured"
)]

mod aims;
mod arguments;
mod comparison;
mod growth;
mod report;

mod row;
mod signature;
mod wrk;

mod floor;
mod server;
mod several;

mod awake;
mod cores;
mod issuers;
mod request_file;
mod world;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use arguments::{Arguments, Command, Role};
use comparison::Comparison;
use world::World;

#[actix_web::main]
async fn main() -> Result<ExitCode> {
    let command = Command::parse();
    match command.role {
        Some(Role::Awake) => awake::run(),
        Some(Role::Floor { port, recording }) => floor::serve(port, &recording).await?,
        Some(Role::Several(several)) => several::serve(several).await?,
        None => return measure(command.arguments.context("nothing to measure")?).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(arguments: Arguments) -> Result<ExitCode> {
    let world = World::start(arguments).await?;
    server::record(&world).await?;
    let comparison = Comparison::measure(&world).await?;
    let (growth, aims) = match world.arguments.short {
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
        println!("{errors} requests did not get a 200");
    }
    let missed = aims.iter().filter(|aim| !aim.is_met).count();
    println!(
        "{} of {} ratios are reached",
        aims.len() - missed,
        aims.len()
    );
    Ok(ExitCode::from(u8::from(errors > 0 || missed > 0)))
}
