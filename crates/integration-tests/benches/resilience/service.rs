//! The service under test, a process of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::connection;
use crate::process::{Process, reserve};
use crate::wait;

/// A running service; dropping it ends it.
pub struct Service {
    process: Process,
    pub address: SocketAddr,
    metrics: SocketAddr,
    /// Bound and never listening, so that nobody else gets these ports.
    _ports: [TcpSocket; 2],
}

impl Service {
    /// Starts it with these settings and no others, and waits until it answers, with keys or without.
    pub async fn start(program: &Path, settings: Vec<(&str, String)>) -> Result<Self> {
        let ports = [reserve()?, reserve()?];
        let (address, metrics) = (ports[0].local_addr()?, ports[1].local_addr()?);
        let mut all = vec![
            ("PORT", address.port().to_string()),
            ("METRICS_ADDR", metrics.to_string()),
            ("DATABASE_URL", "sqlite://service.db".to_owned()),
        ];
        all.extend(settings);
        let process = Process::start(&mut Command::new(program), &all)?;
        let service = Self {
            process,
            address,
            metrics,
            _ports: ports,
        };
        let alive = async || matches!(connection::get(address, "/health").await, Ok(reply) if reply.status == 200);
        let started = wait::until("the service answers", alive).await;
        started.with_context(|| service.process.log())?;
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
            .with_context(|| self.process.log())?;
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
        self.process.memory()
    }

    /// Open file descriptors.
    pub fn descriptors(&self) -> Result<u64> {
        Ok(u64::try_from(
            fs::read_dir(self.process.proc("fd"))?.count(),
        )?)
    }

    /// How long its threads have been running, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        self.process.cpu_seconds()
    }
}
