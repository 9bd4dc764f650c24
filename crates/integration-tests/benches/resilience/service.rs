//! The service under test, a process of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::connection;
use crate::wait;

/// A running service; dropping it ends it.
pub struct Service {
    child: Child,
    pub address: SocketAddr,
    metrics: SocketAddr,
    /// It works there, and its database and its log are there.
    folder: TempDir,
    /// Bound and never listening, so that nobody else gets these ports.
    _ports: [TcpSocket; 2],
}

impl Service {
    /// Starts it with these settings and no others, and waits until it answers, with keys or without.
    pub async fn start(program: &Path, settings: &[(&str, String)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ports = [reserve()?, reserve()?];
        let (address, metrics) = (ports[0].local_addr()?, ports[1].local_addr()?);
        let log = File::create(folder.path().join("log"))?;
        let child = Command::new(program)
            .current_dir(folder.path())
            .env_clear()
            .env("PORT", address.port().to_string())
            .env("METRICS_ADDR", metrics.to_string())
            .env("DATABASE_URL", "sqlite://service.db")
            // A line for each refused token is the log's cost and not the service's.
            .env("RUST_LOG", "warn")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let service = Self {
            child,
            address,
            metrics,
            folder,
            _ports: ports,
        };
        let alive = async || matches!(connection::get(address, "/health").await, Ok(reply) if reply.status == 200);
        let started = wait::until("the service answers", alive).await;
        started.with_context(|| service.log())?;
        Ok(service)
    }

    /// What it says of itself: `starting`, `ready` or `degraded`.
    pub async fn status(&self) -> String {
        let Ok(reply) = connection::get(self.address, "/health/ready").await else {
            return String::new();
        };
        let readiness: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let status = readiness.get("status").and_then(Value::as_str);
        status.unwrap_or_default().to_owned()
    }

    /// Waits until it says one of these.
    pub async fn until(&self, statuses: &[&str]) -> Result<()> {
        let what = format!("the service is {}", statuses.join(" or "));
        let holds = async || statuses.contains(&self.status().await.as_str());
        wait::until(&what, holds)
            .await
            .with_context(|| self.log())?;
        Ok(())
    }

    /// A figure of its exporter, for all labels together.
    pub async fn figure(&self, name: &str) -> Result<u64> {
        let text = connection::get(self.metrics, "/metrics").await?.text();
        let of_that_name = |line: &&str| {
            let rest = line.strip_prefix(name).unwrap_or_default();
            rest.starts_with('{') || rest.starts_with(' ')
        };
        let values = text.lines().filter(of_that_name);
        let values = values.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum::<f64>() as u64)
    }

    /// Memory in use, in KiB.
    pub fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let words = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(words.context("VmRSS")?.parse()?)
    }

    /// Open file descriptors.
    pub fn descriptors(&self) -> Result<u64> {
        Ok(u64::try_from(fs::read_dir(self.proc("fd"))?.count())?)
    }

    /// How long its threads have been running, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let mut nanoseconds = 0.0;
        for thread in fs::read_dir(self.proc("task"))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().unwrap_or_default().parse::<f64>()?;
        }
        Ok(nanoseconds / 1e9)
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    /// The end of its log.
    fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let from = text.len().saturating_sub(2000);
        let end = text.split_at(text.floor_char_boundary(from)).1;
        format!("the end of the service's log:\n{end}")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A socket that has a port and does not listen; with address reuse, another one may then listen there.
pub fn reserve() -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}
