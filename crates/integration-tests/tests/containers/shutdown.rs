//! `docker stop`: SIGTERM, and what becomes of the requests that are there.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::docker::docker;
use crate::flow::Flow;
use crate::world::World;

/// Callers that stop asking when `/health/ready` says that the service stops, as a load balancer does: each of their
/// requests gets its response, and so does one whose body is still on its way.
pub(crate) async fn drains(world: &World) -> Result<()> {
    let address = world.direct_address().await?;
    let target = world.target_at(&format!("http://{address}")).await?;
    let token = target.token("admin").await?;
    let slow = Slow::begin(&address).await?;

    let mut flow = Flow::start(&target, token, 4);
    flow.go_on_for(100).await?;
    docker(&["kill", "--signal", "TERM", world.service.id()]).await?;
    until_stopping(&target).await?;
    flow.stop().await?;
    slow.end().await?;
    ended_well(world).await
}

/// A service that has nothing to do ends at once.
pub(crate) async fn idle(world: &World) -> Result<()> {
    let start = Instant::now();
    world.service.stop_with_timeout(Some(30)).await?;
    let took = start.elapsed();
    ensure!(took < Duration::from_secs(15), "it took {took:?}");
    ended_well(world).await
}

async fn until_stopping(target: &Target) -> Result<()> {
    integration_tests::until("the service says that it stops", async || {
        let response = target.get("/health/ready").await?;
        Ok(response.status == 503 && response.text().contains("stopping"))
    })
    .await
    .map(drop)
}

async fn ended_well(world: &World) -> Result<()> {
    integration_tests::until("the service has ended", async || {
        Ok(!world.service.is_running().await?)
    })
    .await?;
    let code = world.service.exit_code().await?;
    ensure!(code == Some(0), "exit code {code:?}");
    Ok(())
}

/// A request whose head has not ended.
struct Slow(TcpStream);

impl Slow {
    async fn begin(address: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!("GET /health HTTP/1.1\r\nHost: {address}\r\n");
        stream.write_all(head.as_bytes()).await?;
        Ok(Self(stream))
    }

    async fn end(mut self) -> Result<()> {
        self.0.write_all(b"Connection: close\r\n\r\n").await?;
        let mut response = String::new();
        self.0.read_to_string(&mut response).await?;
        ensure!(response.starts_with("HTTP/1.1 200"), "{response:?}");
        Ok(())
    }
}
