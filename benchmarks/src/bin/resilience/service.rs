//! The service under test, a process of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use benchmarks::{Process, get};
use integration_tests::{ReservedPorts, until};
use serde_json::Value;

/// A running service; dropping it ends it.
pub struct Service {
    pub process: Process,
    pub address: SocketAddr,
    metrics: SocketAddr,
    _ports: ReservedPorts,
}

impl Service {
    /// Starts it with these settings and no others, and waits until it responds, with keys or without.
    pub async fn start(program: &Path, mut settings: BTreeMap<&str, String>) -> Result<Self> {
        let ports = ReservedPorts::take()?;
        let [address, metrics] = ports.addresses()?;
        settings.insert("PORT", address.port().to_string());
        settings.insert("METRICS_ADDR", metrics.to_string());
        let service = Self {
            process: Process::start(&mut Command::new(program), &settings)?,
            address,
            metrics,
            _ports: ports,
        };
        let alive = async || {
            Ok(get(address, "/health")
                .await
                .is_ok_and(|reply| reply.status == 200))
        };
        let started = until("the service responds", alive).await;
        started.with_context(|| service.process.log())?;
        Ok(service)
    }

    /// What it says of itself: `starting`, `ready` or `degraded`.
    async fn status(&self) -> Option<String> {
        let reply = get(self.address, "/health/ready").await.ok()?;
        let readiness: Value = serde_json::from_slice(&reply.body).ok()?;
        Some(readiness.get("status")?.as_str()?.to_owned())
    }

    /// Waits until it says one of these.
    pub async fn until(&self, statuses: &[&str]) -> Result<()> {
        let what = format!("the service is {}", statuses.join(" or "));
        let holds = async || {
            let status = self.status().await.unwrap_or_default();
            Ok(statuses.contains(&status.as_str()))
        };
        let outcome = until(&what, holds).await.map(drop);
        outcome.with_context(|| self.process.log())
    }

    /// A metric of its exporter, for all labels together.
    pub async fn figure(&self, name: &str) -> Result<u64> {
        let text = get(self.metrics, "/metrics").await?.text();
        let of_that_name = |line: &&str| {
            let rest = line.strip_prefix(name).unwrap_or_default();
            rest.starts_with(['{', ' '])
        };
        let values = text.lines().filter(of_that_name);
        let values = values.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum::<f64>() as u64)
    }
}
