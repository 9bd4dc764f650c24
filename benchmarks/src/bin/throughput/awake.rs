//! A core that does not sleep while the load on it waits for responses.
//!
//! To wake a core that sleeps costs ten microseconds and more in some virtual
//! machines: as much as a request. Where a service is at home, its clients' cores are other machines' and cost it nothing.
//! So beside wrk runs a process that does nothing but give the core away. The system's policy for batch work keeps either
//! from interrupting the other.

use std::env;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio, exit};
use std::thread;

use anyhow::{Context, Result};

/// Cores that are awake until this is dropped.
pub struct Awake(Child);

impl Awake {
    pub fn keep(cores: &str) -> Result<Self> {
        let child = batch(cores)
            .args(["nice", "-n", "19"])
            .arg(env::current_exe()?)
            .arg("awake")
            .stdin(Stdio::piped())
            .spawn();
        Ok(Self(child.context("taskset, chrt or nice cannot be run")?))
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A command to be completed with the program that is to run on these cores and to interrupt no other there.
pub fn batch(cores: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", cores, "chrt", "--batch", "0"]);
    command
}

/// What such a process does, until the process that started it has ended.
pub fn run() -> ! {
    thread::spawn(|| {
        drop(io::stdin().read_to_end(&mut Vec::new()));
        exit(0);
    });
    loop {
        thread::yield_now();
    }
}
