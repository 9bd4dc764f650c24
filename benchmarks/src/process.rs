//! A program that runs beside this one, and what it uses.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::{Child, Command};

use anyhow::{Context, Result};
use integration_tests::ServiceKind;
use local_issuer::IssuerConfig;
use tempfile::TempDir;

/// A running program; dropping it ends it.
pub struct Process {
    child: Child,
    /// It works there, and its log is there.
    folder: TempDir,
}

/// The settings of a service that trusts this issuer, with a database of its own.
pub fn settings(
    kind: ServiceKind,
    issuer: &IssuerConfig,
) -> Result<BTreeMap<&'static str, String>> {
    let mut settings = kind.trust(issuer)?;
    settings.insert("DATABASE_URL", "sqlite://service.db".to_owned());
    Ok(settings)
}

impl Process {
    /// Starts it with these settings and no others, in a folder of its own.
    pub fn start(command: &mut Command, settings: &BTreeMap<&str, String>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let log = File::create(folder.path().join("log"))?;
        let child = command
            .current_dir(folder.path())
            .env_clear()
            // A line for each refused token is the log's cost and not the service's.
            .env("RUST_LOG", "warn")
            .envs(settings)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        Ok(Self { child, folder })
    }

    /// Writes a file in its folder.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder.path().join(name), text)?)
    }

    /// Sends it a signal, such as `HUP`.
    pub fn signal(&self, name: &str) -> Result<()> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status()?;
        anyhow::ensure!(sent.success(), "SIG{name} was not sent");
        Ok(())
    }

    /// Returns the memory in use, in KiB.
    pub fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let words = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(words.context("VmRSS")?.parse()?)
    }

    /// Returns the number of open file descriptors.
    pub fn descriptors(&self) -> Result<u64> {
        Ok(u64::try_from(fs::read_dir(self.proc("fd"))?.count())?)
    }

    /// Returns how long its threads have been running, in seconds.
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

    /// Returns the end of its log.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let from = text.len().saturating_sub(2000);
        let end = text.split_at(text.floor_char_boundary(from)).1;
        format!("the end of the program's log:\n{end}")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the load averages of this machine: a loaded one shows in every time.
pub fn load_averages() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
