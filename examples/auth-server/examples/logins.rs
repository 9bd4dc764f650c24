//! Measures, in one run, sign-ins per second compared with bare Argon2id on the same cores, and memory with 200
//! concurrent sign-ins. Prints one row per number with its target, and exits with 1 if a target is missed. Run by
//! `scripts/numbers`.
//!
//! The server is the program next to this one (build it with `cargo build --release -p auth-server`), with its own
//! SQLite file. The client runs on the same cores and uses a share of them: the result is compared with what the
//! remaining cores allow.
#![expect(
    clippy::print_stdout,
    reason = "it is a program for people, and this is what it says"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
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
/// The memory of one hash, in MiB.
const HASH_MIB: f64 = 19.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let cores = thread::available_parallelism()?.get();
    let folder = tempfile::tempdir()?;
    let (mut server, base) = started(folder.path()).await?;
    let pid = server.id().context("it runs")?;
    let http = client()?;
    signed_up(&http, &base).await?;

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        // Alternating, so that noise on the machine affects both.
        let bare = bare_hashes(cores)?;
        let (of_asker, of_server) = (Usage::of(std::process::id())?, Usage::of(pid)?);
        let (sign_ins, seconds) = sign_ins(&http, &base).await?;
        rounds.push(Round {
            bare,
            sign_ins: f64::from(sign_ins) / seconds,
            asker: of_asker.since(std::process::id())?.total() / (seconds * cores as f64),
            server: of_server.since(pid)?,
        });
    }
    let peak = peak_mib(pid)?;
    server.kill().await?;

    let median = |value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    row(
        "bare Argon2id a second",
        &format!("{:.1}", median(|round| round.bare)),
        "",
    );
    row(
        "sign-ins a second",
        &format!("{:.1}", median(|round| round.sign_ins)),
        "",
    );
    let of_bare = median(|round| round.sign_ins / round.bare);
    row("  of bare Argon2id", &format!("{of_bare:.2}"), "");
    let asker = median(|round| round.asker);
    row("  taken by whoever asks", &format!("{asker:.2}"), "");
    let of_allowed = median(Round::of_what_the_cores_allow);
    row(
        "  of what the cores allow",
        &format!("{of_allowed:.2}"),
        "at least 0.90",
    );
    for (threads, name) in [
        ("passwords", "hashing"),
        ("actix", "requests"),
        ("sqlx", "database"),
    ] {
        let shares = rounds.iter().map(|round| round.server.share(threads));
        let share = self::median(shares.collect());
        row(
            &format!("  the server's time: {name}"),
            &format!("{share:.2}"),
            "",
        );
    }
    let most = 64.0 + HASH_MIB * cores as f64;
    row(
        &format!("peak memory, {IN_FLIGHT} sign-ins in flight, MiB"),
        &format!("{peak:.0}"),
        &format!("at most {most:.0}"),
    );
    let is_met = of_allowed >= 0.9 && peak <= most;
    Ok(if is_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn row(what: &str, number: &str, aim: &str) {
    println!("{what:<48} {number:>9}   {aim}");
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
        .env("RUST_LOG", "error")
        .env("THROTTLE__FAILURES_PER_ADDRESS", "100000")
        .env("THROTTLE__FAILURES_PER_ACCOUNT", "1000")
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
            // The rest of the output fits into the pipe.
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

/// Returns the hashes per second of one thread per core that does nothing else, with reused memory: the upper limit.
fn bare_hashes(cores: usize) -> anyhow::Result<f64> {
    let (done, started) = (Arc::new(AtomicU32::new(0)), Instant::now());
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let done = Arc::clone(&done);
            thread::spawn(move || -> anyhow::Result<()> {
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
    Ok(f64::from(done.load(Ordering::Relaxed)) / started.elapsed().as_secs_f64())
}

/// Runs `IN_FLIGHT` concurrent callers, each with one sign-in after another. Returns the number of sign-ins, including
/// the last ones, and the elapsed seconds.
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

/// One measurement of both, one after the other.
struct Round {
    /// Hashes per second.
    bare: f64,
    /// Sign-ins per second.
    sign_ins: f64,
    /// The share of the cores that the client used.
    asker: f64,
    server: Usage,
}

impl Round {
    fn of_what_the_cores_allow(&self) -> f64 {
        self.sign_ins / (self.bare * (1.0 - self.asker))
    }
}

/// The CPU time of the threads of a process, in seconds, by thread name.
struct Usage(BTreeMap<String, f64>);

impl Usage {
    fn of(pid: u32) -> anyhow::Result<Self> {
        let mut usage = BTreeMap::new();
        for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let thread = thread?.path();
            let name = std::fs::read_to_string(thread.join("comm"))?;
            let times = std::fs::read_to_string(thread.join("schedstat"))?;
            let nanoseconds: f64 = times.split(' ').next().unwrap_or_default().parse()?;
            *usage.entry(name.trim().to_owned()).or_default() += nanoseconds / 1e9;
        }
        Ok(Self(usage))
    }

    /// Returns the CPU time used since this measurement.
    fn since(mut self, pid: u32) -> anyhow::Result<Self> {
        for (name, now) in Self::of(pid)?.0 {
            let before = self.0.entry(name).or_default();
            *before = now - *before;
        }
        Ok(self)
    }

    fn total(&self) -> f64 {
        self.0.values().sum()
    }

    /// Returns the share of the threads whose name starts with `name`.
    fn share(&self, name: &str) -> f64 {
        let of_name = self.0.iter().filter(|(known, _)| known.starts_with(name));
        of_name.map(|(_, seconds)| seconds).sum::<f64>() / self.total()
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Returns the peak memory of a process, in MiB.
fn peak_mib(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib
        .context("the system says nothing of it")?
        .parse::<f64>()?
        / 1024.0)
}
