//! Measures, in one run: sign-ins a second against bare Argon2id on the same cores, and memory while 200 sign-ins are in
//! flight. `cargo run --release -p auth-server --example logins`
//!
//! The server is the program beside this one (`cargo build --release -p auth-server` makes it), on a SQLite file of its
//! own. Whoever asks runs on the same cores and takes its part of them, so the ratio in time is a floor. On a machine that
//! does other things as well, look at the ratio in processor time.
#![expect(
    clippy::print_stdout,
    reason = "it is a program for people, and this is what it says"
)]

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use argon2::{Argon2, Block, Params};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PASSWORD: &str = "test1234@";
const IN_FLIGHT: u32 = 200;
const ROUNDS: u32 = 5;
const ROUND: Duration = Duration::from_secs(4);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    let folder = tempfile::tempdir()?;
    let (mut server, base) = started(folder.path()).await?;
    let pid = server.id().context("it runs")?;
    let http = client()?;
    signed_up(&http, &base).await?;

    println!(
        "{cores} cores, {IN_FLIGHT} sign-ins in flight, {ROUNDS} rounds of {} s each",
        ROUND.as_secs()
    );
    println!("memory of the idle server: {}", memory(pid)?);
    let (mut bare, mut logins) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        // Side by side in time, so that a noisy machine is noisy for both.
        let before = processor_time("self")?;
        let (count, seconds) = bare_hashes(cores)?;
        let of_bare = Rate::new(count, seconds, processor_time("self")? - before);
        let before = processor_time(&pid.to_string())?;
        let (count, seconds) = sign_ins(&http, &base).await?;
        let of_logins = Rate::new(count, seconds, processor_time(&pid.to_string())? - before);
        println!("round {round}: {}", compared(&of_bare, &of_logins));
        bare.push(of_bare);
        logins.push(of_logins);
    }
    println!(
        "medians: {}",
        compared(&Rate::median(&bare), &Rate::median(&logins))
    );
    println!("memory after {IN_FLIGHT} in flight: {}", memory(pid)?);
    server.kill().await?;
    Ok(())
}

async fn started(folder: &std::path::Path) -> anyhow::Result<(Child, String)> {
    let mut program: PathBuf = std::env::current_exe()?;
    program.pop();
    program.pop();
    program.push("auth-server");
    let mut child = Command::new(&program)
        .env_clear()
        .env(
            "DATABASE_URL",
            format!("sqlite://{}/auth.db", folder.display()),
        )
        .env("PORT", "0")
        .env("RUST_LOG", "warn")
        .env("LOGIN_FAILURES_PER_ADDRESS", "100000")
        .env("LOGIN_FAILURES_PER_ACCOUNT", "1000")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} is not built", program.display()))?;
    let stdout = child.stdout.take().context("it has an output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(docs) = line.trim().strip_prefix("Docs:") {
            let base = docs
                .trim()
                .trim_end_matches("/docs")
                .replace("localhost", "127.0.0.1");
            // The rest of what it says fits into the pipe.
            child.stdout = Some(lines.into_inner().into_inner());
            return Ok((child, base));
        }
    }
    bail!("the server did not start")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client that asks loopback alone"
)]
fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

async fn signed_up(http: &reqwest::Client, base: &str) -> anyhow::Result<()> {
    let body = json!({
        "user": {"username": "test_user", "password": PASSWORD, "primary_email": "example@example.com"},
        "org": {"name": "test_org", "domain": "example.example.come", "type": "teams"},
    });
    let request = http.post(format!("{base}/user/signup")).json(&body);
    request.send().await?.error_for_status()?;
    Ok(())
}

/// One thread a core does nothing but hash, in memory that it keeps: as fast as it gets.
fn bare_hashes(cores: usize) -> anyhow::Result<(u32, f64)> {
    let (done, started) = (Arc::new(AtomicU32::new(0)), Instant::now());
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || -> anyhow::Result<()> {
                let argon = Argon2::default();
                let mut memory = vec![Block::default(); argon.params().block_count()];
                let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
                while started.elapsed() < ROUND {
                    argon.hash_password_into_with_memory(
                        PASSWORD.as_bytes(),
                        b"sixteen bytes 16",
                        &mut output,
                        &mut memory,
                    )?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        })
        .collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| anyhow::anyhow!("a thread failed"))??;
    }
    Ok((
        done.load(Ordering::Relaxed),
        started.elapsed().as_secs_f64(),
    ))
}

/// As many callers as may be in flight, each with one sign-in after the other. The last ones are counted as well.
async fn sign_ins(http: &reqwest::Client, base: &str) -> anyhow::Result<(u32, f64)> {
    let started = Instant::now();
    let callers: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let (http, url) = (http.clone(), format!("{base}/user/login"));
            tokio::spawn(async move {
                let mut done = 0;
                while started.elapsed() < ROUND {
                    let form = [
                        ("grant_type", "password"),
                        ("username", "test_user"),
                        ("password", PASSWORD),
                        ("scope", ""),
                    ];
                    let answer = http.post(&url).form(&form).send().await?;
                    answer.error_for_status()?.bytes().await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    let mut done = 0_u32;
    for caller in callers {
        done += caller.await??;
    }
    Ok((done, started.elapsed().as_secs_f64()))
}

/// How fast something was.
struct Rate {
    /// A second of time.
    per_second: f64,
    /// In ticks of processor time: it does not change with what else the machine does.
    cost: f64,
}

impl Rate {
    fn new(count: u32, seconds: f64, ticks: f64) -> Self {
        let count = f64::from(count);
        Self {
            per_second: count / seconds,
            cost: ticks / count,
        }
    }

    fn median(rates: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| median(rates.iter().map(value).collect());
        Self {
            per_second: of(|rate| rate.per_second),
            cost: of(|rate| rate.cost),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn compared(bare: &Rate, logins: &Rate) -> String {
    format!(
        "bare Argon2id {:.1}/s, sign-ins {:.1}/s, ratio {:.2} in time and {:.2} in processor time",
        bare.per_second,
        logins.per_second,
        logins.per_second / bare.per_second,
        bare.cost / logins.cost,
    )
}

/// What a process and its threads have used of the processors so far, in ticks.
fn processor_time(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; user and system time are the 12th and 13th field behind it.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum())
}

/// What the system says of a process: now, and at most.
fn memory(pid: u32) -> anyhow::Result<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        line.map_or("?", |line| line.trim_start_matches(name).trim())
            .to_owned()
    };
    Ok(format!("{} now, {} at most", of("VmRSS:"), of("VmHWM:")))
}
