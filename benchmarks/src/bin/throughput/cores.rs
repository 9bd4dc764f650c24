//! Which cores the server has, and which the load.

use std::fs;

use anyhow::{Context, Result};

/// The cores that this process may use.
pub struct Cores(Vec<usize>);

/// Lists of cores, as taskset reads them.
pub struct Pins {
    pub server: String,
    pub client: String,
    /// Whether the load has no core of its own, so that it slows the server down.
    pub is_shared: bool,
}

impl Cores {
    /// Those that the system allows.
    pub fn allowed() -> Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let list = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let mut cores = Vec::new();
        for range in list.context("Cpus_allowed_list")?.trim().split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            cores.extend(first.parse::<usize>()?..=last.parse()?);
        }
        Ok(Self(cores))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// So many for the server, and the next one for the load if there is one.
    pub fn pins(&self, workers: usize) -> Pins {
        let (server, rest) = self.0.split_at(workers.min(self.count()));
        let client = rest.get(..1).unwrap_or(&self.0);
        Pins {
            server: list(server),
            client: list(client),
            is_shared: rest.is_empty(),
        }
    }
}

fn list(cores: &[usize]) -> String {
    let cores: Vec<_> = cores.iter().map(usize::to_string).collect();
    cores.join(",")
}
