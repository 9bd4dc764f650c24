//! A bad day of an auth-server with many tenants: one of them misbehaves, and the disk is full or the database gone.
//!
//! `scripts/bad-day` builds the server, gives it a small disk or a database of its own, and runs this against it as a
//! process of its own. No other tenant's sign-in may be refused or take longer than 2 s, except in the outage.
#![expect(
    clippy::print_stdout,
    reason = "a program that prints what it measured"
)]

mod api;
mod arguments;
mod misbehaving;
mod tally;
mod tenant;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use benchmarks::{Process, get};
use clap::Parser;
use integration_tests::{ReservedPorts, until};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use arguments::Arguments;
use misbehaving::Misbehaving;
use tally::Tally;
use tenant::Tenant;

/// How many tenants behave, and how many users each has.
const TENANTS: usize = 20;
const USERS: usize = 5;
/// How often they sign in, all together, in a second.
const SIGN_INS: f64 = 50.0;
/// And at most this share of what the machine can do: it may have other work.
const SHARE: f64 = 0.5;
/// The users of the tenant that misbehaves.
const MISBEHAVING_USERS: usize = 100;

// One thread: the server has the others.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let ports = ReservedPorts::take()?;
    let [address, _] = ports.addresses()?;
    let process = started(&arguments, address).await?;

    let mut tenants = Vec::new();
    for number in 1..=TENANTS {
        tenants.push(Tenant::signed_up(address, number, USERS).await?);
    }
    let other = Tenant::signed_up(address, 0, MISBEHAVING_USERS).await?;
    let misbehaving = Misbehaving::of(other, arguments.flood).await?;

    let possible = capacity(&tenants).await;
    let rate = SIGN_INS.min(possible * SHARE);
    println!("{possible:.0} sign-ins a second are possible, and {rate:.0} are made");
    let pause = Duration::from_secs_f64(TENANTS as f64 / rate);
    let day = arguments.day();
    let mut tally = Tally::begin(day);
    println!("the day begins: {} s", day.end.as_secs());
    let mut work = JoinSet::new();
    let step = pause / u32::try_from(TENANTS)?;
    for (tenant, number) in tenants.into_iter().zip(0..) {
        work.spawn(tenant.work(tally.clone(), pause, step * number));
    }
    let at = |part| tally.at(part);
    work.spawn(misbehaving.work(tally.clone()));
    sleep_until(at(day.outage)).await;
    run(&arguments.breaks).await?;
    println!("the outage begins");
    sleep_until(at(day.after)).await;
    run(&arguments.mends).await?;
    let took = tally.outage_is_over();
    println!("the outage is over after {:.1} s", took.as_secs_f64());
    while work.join_next().await.is_some() {}

    println!("memory of the server: {} MiB", process.memory()? / 1024);
    let is_met = tally.report(arguments.counts_only);
    if !is_met {
        println!("{}", process.log());
    }
    Ok(ExitCode::from(u8::from(!is_met)))
}

/// Returns how many sign-ins a second the machine can do, this program's own work included.
async fn capacity(tenants: &[Arc<Tenant>]) -> f64 {
    let (begun, time) = (Instant::now(), Duration::from_secs(2));
    let mut callers = JoinSet::new();
    for tenant in tenants {
        let tenant = Arc::clone(tenant);
        callers.spawn(async move {
            let mut done = 0_u32;
            while begun.elapsed() < time {
                for user in &tenant.users {
                    let reply = tenant.client.sign_in(user).await;
                    done += u32::from(reply.is_some_and(|reply| reply.status == 200));
                }
            }
            done
        });
    }
    let done: u32 = callers.join_all().await.into_iter().sum();
    f64::from(done) / begun.elapsed().as_secs_f64()
}

async fn started(arguments: &Arguments, address: SocketAddr) -> Result<Process> {
    let settings = BTreeMap::from([
        ("DATABASE_URL", arguments.database.clone()),
        ("PORT", address.port().to_string()),
        // A server with PostgreSQL has no folder to keep it in.
        ("KEY_ENCRYPTION_KEY", format!("{}=", "A".repeat(43))),
        // Every tenant has an address of its own.
        ("TRUSTED_PROXIES", "127.0.0.1".to_owned()),
    ]);
    let process = Process::start(&mut Command::new(&arguments.program), &settings)?;
    let alive = async || {
        let health = get(address, "/health/ready").await;
        Ok(health.is_ok_and(|reply| reply.status == 200))
    };
    let started = until("the server is ready", alive).await;
    started.with_context(|| process.log())?;
    Ok(process)
}

/// Runs a shell command. The load goes on meanwhile.
async fn run(command: &str) -> Result<()> {
    let command = command.to_owned();
    let run = move || Command::new("sh").args(["-c", &command]).status();
    let status = tokio::task::spawn_blocking(run).await??;
    anyhow::ensure!(status.success(), "the outage cannot be had: {status}");
    Ok(())
}
