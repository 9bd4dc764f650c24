//! Allocations for one request, whole: `cargo run --bin allocations`.
//!
//! Counts what this process allocates while auth0-api responds, in a thread of it. The requests are made before, and what
//! asks allocates nothing, so that all of it is the service's. Unlike times, the counts are the same on a busy machine.
#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::alloc::System;
use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, ensure};
use integration_tests::{Environment, ServiceKind, World, issuer_config};
use local_issuer::{LocalIssuer, TokenKind};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Before the counting: caches, pools and buffers have their size then.
const WARM: usize = 200;
const COUNTED: usize = 1000;

#[tokio::main]
async fn main() -> Result<()> {
    let issuer = LocalIssuer::start(issuer_config(ServiceKind::Auth0Api)?).await?;
    let signer = issuer.auth0().clone();
    let world = World::around(issuer, &Environment::new(ServiceKind::Auth0Api)?).await?;
    let address = world.target().base_url().replace("http://", "");

    let token = |number: usize| -> Result<String> {
        let mint = signer.mint("admin", TokenKind::Access)?;
        Ok(mint.claim("sub", format!("auth0|{number:024}")).token()?)
    };
    let request = |path: &str, token: Option<&str>| {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let token = token.unwrap_or_default();
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{token}\r\n")
    };
    let public = vec![request("/api/public", None)];
    let cached = vec![request("/api/private", Some(&token(0)?))];
    let new: Vec<_> = (1..=WARM + COUNTED)
        .map(|number| Ok(request("/api/private", Some(&token(number)?))))
        .collect::<Result<_>>()?;

    println!("{:<36} {:>11} {:>9}", "auth0-api", "allocations", "bytes");
    for (name, requests) in [
        ("public route", public),
        ("protected route, a cached token", cached),
        ("protected route, a new token", new),
    ] {
        let (blocks, bytes) = allocated_for_each(&address, &requests)?;
        println!("{name:<36} {blocks:>11.1} {bytes:>9.0}");
    }
    world.stop().await
}

/// Blocks and bytes for one request, of the requests in turn.
fn allocated_for_each(address: &str, requests: &[String]) -> Result<(f64, f64)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut requests = requests.iter().cycle();
    let mut response = [0; 64 * 1024];
    let mut ask = |count: usize| -> Result<()> {
        for request in requests.by_ref().take(count) {
            stream.write_all(request.as_bytes())?;
            // The responses are short: each comes in one piece.
            let length = stream.read(&mut response)?;
            let response = response.get(..length).unwrap_or_default();
            ensure!(response.starts_with(b"HTTP/1.1 200 "), "it was refused");
        }
        Ok(())
    };
    ask(WARM).context("before the counting")?;
    let region = Region::new(ALLOCATOR);
    ask(COUNTED)?;
    let change = region.change();
    let each = |sum: usize| sum as f64 / COUNTED as f64;
    Ok((
        each(change.allocations + change.reallocations),
        each(change.bytes_allocated),
    ))
}
