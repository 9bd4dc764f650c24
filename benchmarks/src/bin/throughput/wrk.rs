//! wrk, the load: what it sends, and what it saw.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::awake;
use crate::request_file::RequestFile;

/// How often the kernel counts in a second, for programs: on every Linux that these services run on.
const TICKS: f64 = 100.0;

/// What is sent.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    pub path: &'a str,
    pub requests: Requests<'a>,
    pub connections: u32,
    pub seconds: u64,
}

/// With which tokens.
#[derive(Clone, Copy)]
pub enum Requests<'a> {
    WithoutToken,
    /// Always this one.
    OneToken(&'a str),
    /// As many of the file's as this, in turn.
    InTurn(&'a RequestFile, usize),
    /// Each of the file's once.
    Once(&'a RequestFile),
}

/// What came of it.
pub struct Outcome {
    pub requests: f64,
    pub seconds: f64,
    pub p50_milliseconds: f64,
    pub p99_milliseconds: f64,
    /// Responses other than 2xx and 3xx, and requests without any.
    pub errors: u64,
    /// How much of a core wrk used.
    pub client: f64,
}

/// Sends as much as gets a response, from these cores.
pub fn run(address: SocketAddr, cores: &str, load: Load<'_>) -> Result<Outcome> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/throughput/requests.lua");
    let mut wrk = awake::batch(cores);
    wrk.args(["wrk", "-t1", "--timeout", "10s"])
        .arg(format!("-c{}", load.connections))
        .arg(format!("-d{}s", load.seconds))
        .arg("-s")
        .arg(script);
    if let Requests::OneToken(token) = load.requests {
        wrk.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    wrk.arg(format!("http://{address}{}", load.path));
    match load.requests {
        Requests::InTurn(file, count) => wrk.arg("--").args(file.arguments(count)),
        Requests::Once(file) => wrk.arg("--").args(file.arguments(file.count())),
        Requests::WithoutToken | Requests::OneToken(_) => &mut wrk,
    };
    let before = ticks_of_children()?;
    let output = wrk.output().context("wrk cannot be run")?;
    let ticks = ticks_of_children()? - before;
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = said.lines().find_map(|line| line.strip_prefix("figures "));
    let Some(figures) = figures else {
        bail!(
            "wrk said: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let figures: Result<Vec<f64>, _> = figures.split(' ').map(str::parse).collect();
    let [requests, microseconds, p50, p99, refused, broken] = figures?[..] else {
        bail!("wrk's figures are not those of the script");
    };
    if let Requests::Once(file) = load.requests {
        // Those that were under way at the end count as well.
        let sent = requests as usize + load.connections as usize;
        if sent >= file.count() {
            bail!(
                "{sent} new tokens were sent, and there are only {}",
                file.count()
            );
        }
    }
    let seconds = microseconds / 1e6;
    Ok(Outcome {
        requests,
        seconds,
        p50_milliseconds: p50 / 1e3,
        p99_milliseconds: p99 / 1e3,
        errors: (refused + broken) as u64,
        client: ticks / TICKS / seconds,
    })
}

/// Time that ended children of this process have used.
fn ticks_of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name before may hold spaces.
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    let times = rest.split(' ').skip(13).take(2);
    let times: Result<Vec<f64>, _> = times.map(str::parse).collect();
    Ok(times?.iter().sum())
}
