//! What is measured, and for how long.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use integration_tests::ServiceKind;

/// Compares a service with its own public route, with plain actix-web and with what others use.
///
/// Ends with 1 if a ratio is missed. scripts/bench builds all of it and runs this.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Command {
    #[command(flatten)]
    pub arguments: Option<Arguments>,
    #[command(subcommand)]
    pub role: Option<Role>,
}

/// What is measured.
#[derive(Args)]
pub struct Arguments {
    /// The service's program.
    #[arg(long)]
    pub program: PathBuf,
    /// Which service it is.
    #[arg(long)]
    pub service: ServiceKind,
    /// The benchmark of identity-core that measures one signature.
    #[arg(long)]
    pub ratios: Option<PathBuf>,
    /// Where the peers are.
    #[arg(long)]
    pub peers: Option<PathBuf>,
    /// The short form, which fails on wide margins only.
    #[arg(long)]
    pub short: bool,
    /// How often each row is measured; its numbers are the medians.
    #[arg(long, default_value_t = 3, value_parser = from_one)]
    pub rounds: usize,
    /// How long a row of the comparison is measured each time [default: 5, short: 1].
    #[arg(long, value_parser = from_one)]
    seconds: Option<usize>,
    /// How many tokens there are for the row that sends each once [default: 200000, short: 1000].
    #[arg(long, value_parser = from_one)]
    tokens: Option<usize>,
    /// Where the tables are written to as well.
    #[arg(long)]
    pub markdown: Option<PathBuf>,
}

/// What this program starts itself as.
#[derive(Subcommand)]
#[command(hide = true)]
pub enum Role {
    Awake,
    Floor { port: u16, recording: PathBuf },
    Several(Several),
}

/// An API that trusts several issuers.
#[derive(Args)]
pub struct Several {
    pub port: u16,
    /// Whether verified tokens are not cached.
    #[arg(long)]
    pub forgets: bool,
    pub audience: String,
    pub issuers: Vec<String>,
}

impl Arguments {
    pub fn seconds(&self) -> u64 {
        self.seconds.unwrap_or(if self.short { 1 } else { 5 }) as u64
    }

    pub fn tokens(&self) -> usize {
        self.tokens
            .unwrap_or(if self.short { 1_000 } else { 200_000 })
    }
}

fn from_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a number from 1".to_owned())
}
