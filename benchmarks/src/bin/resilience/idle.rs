//! Ten thousand idle connections: each is served again, memory is bounded, and none is left.

use std::cell::Cell;

use anyhow::{Context, Result};
use integration_tests::until;

use crate::arguments::Arguments;
use crate::report::Report;
use crate::service::Service;
use crate::world::World;
use benchmarks::{Connection, PRIVATE, request};

const NAME: &str = "idle";
/// What one connection may take, in KiB: the buffers of its two directions, and what belongs to them.
const MOST_OF_EACH: f64 = 32.0;
/// Before these, the allocator grows for other reasons.
const WARMING: u64 = 200;

pub async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let wanted: u64 = if arguments.short { 1000 } else { 10_000 };
    let world = World::start(arguments).await?;
    // Longer than it takes to open them.
    let settings = [("LIMITS__KEEP_ALIVE_SECONDS", "3600")];
    let service = world.warm_service(&settings).await?;
    let tokens = world.tokens()?;
    let request = request(PRIVATE, tokens.first().context("a token")?);

    drop(open(&service, WARMING, &request).await?);
    let descriptors = until_closed(&service, None).await?;
    let before = service.process.memory()?;
    let mut connections = open(&service, wanted, &request).await?;
    let after = service.process.memory()?;
    let grown = after.saturating_sub(before) as f64;
    report.tell(NAME, "memory before (KiB)", before);
    report.tell(NAME, "memory with all of them (KiB)", after);
    let bytes = (grown * 1024.0 / wanted as f64).round();
    report.tell(NAME, "bytes per idle connection", bytes);
    let each = grown / wanted as f64;
    report.within(
        arguments,
        (NAME, "memory per idle connection (KiB)"),
        each,
        MOST_OF_EACH,
    );

    let mut served = 0;
    for connection in &mut connections {
        connection.send(&request).await?;
        served += u64::from(connection.receive().await?.status == 200);
    }
    report.exactly(
        NAME,
        "idle connections that were then served",
        served,
        wanted,
    );
    drop(connections);
    let left = until_closed(&service, Some(descriptors)).await?;
    report.at_most(
        NAME,
        "file descriptors after they closed",
        left,
        descriptors,
    );
    Ok(())
}

/// Opens connections, each with one response.
async fn open(service: &Service, count: u64, request: &[u8]) -> Result<Vec<Connection>> {
    let mut connections = Vec::new();
    for number in 0..count {
        let opened = Connection::open(service.address).await;
        let mut connection =
            opened.with_context(|| format!("connection {number}: see ulimit -n"))?;
        connection.send(request).await?;
        let status = connection.receive().await?.status;
        anyhow::ensure!(status == 200, "{status}");
        connections.push(connection);
    }
    Ok(connections)
}

/// Waits until the service has no more open files than this, or as few as twice in a row.
async fn until_closed(service: &Service, most: Option<u64>) -> Result<u64> {
    let last = Cell::new(u64::MAX);
    let closed = async || {
        let now = service.process.descriptors()?;
        let is_over = match most {
            Some(most) => now <= most,
            None => now == last.get(),
        };
        last.set(now);
        Ok(is_over)
    };
    until("the connections are closed", closed).await?;
    Ok(last.get())
}
