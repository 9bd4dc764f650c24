//! What one signature costs: the benchmark of identity-core, in the same run as everything else.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::row::median;
use crate::world::World;

/// Microseconds for one token, in each round.
#[derive(Default)]
pub struct Signature {
    kept_key: Vec<f64>,
    crypto_verify: Vec<f64>,
    verifier: Vec<f64>,
    /// Of the same round, and so the ratio of theirs.
    verifier_ratio: Vec<f64>,
}

impl Signature {
    /// One round, on the core that the servers have.
    pub fn measure(&mut self, world: &World) -> Result<()> {
        let Some(program) = &world.arguments.ratios else {
            return Ok(());
        };
        let mut command = Command::new("taskset");
        command.args(["-c", &world.cores.pins(1).server]);
        let output = command.arg(program).arg("RS256").output()?;
        if !output.status.success() {
            bail!("{} failed", program.display());
        }
        let said = String::from_utf8(output.stdout)?;
        let (crypto_verify, ratio) = figures(&said, "jsonwebtoken crypto::verify")?;
        self.crypto_verify.push(crypto_verify);
        self.verifier_ratio.push(ratio);
        self.verifier.push(figures(&said, "Verifier::verify")?.0);
        self.kept_key.push(figures(&said, "aws-lc-rs, kept key")?.0);
        Ok(())
    }

    /// Seconds that jsonwebtoken's `crypto::verify` took in this round.
    pub fn seconds(&self, round: usize) -> Option<f64> {
        Some(self.crypto_verify.get(round)? / 1e6)
    }

    /// How much longer `Verifier::verify` takes than `crypto::verify`.
    pub fn verifier_ratio(&self) -> Option<f64> {
        (!self.verifier_ratio.is_empty()).then(|| median(self.verifier_ratio.clone()))
    }

    /// A line for each way to check one token.
    pub fn lines(&self) -> Vec<(&'static str, f64)> {
        if self.crypto_verify.is_empty() {
            return Vec::new();
        }
        vec![
            ("aws-lc-rs with a kept key", median(self.kept_key.clone())),
            (
                "jsonwebtoken `crypto::verify`",
                median(self.crypto_verify.clone()),
            ),
            (
                "`Verifier::verify`, all that is checked",
                median(self.verifier.clone()),
            ),
        ]
    }
}

/// The two numbers of a line: microseconds, and how much longer `Verifier::verify` takes.
fn figures(said: &str, name: &str) -> Result<(f64, f64)> {
    let line = said.lines().find_map(|line| line.strip_prefix(name));
    let mut words = line
        .with_context(|| format!("there is no figure of {name}"))?
        .split_whitespace();
    let mut number = || {
        let word = words.next().context("two figures")?;
        Ok::<f64, anyhow::Error>(word.trim_end_matches('x').parse()?)
    };
    Ok((number()?, number()?))
}
