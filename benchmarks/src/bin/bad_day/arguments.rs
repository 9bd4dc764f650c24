//! What is run, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Repeats a bad day of an auth-server with 20 tenants: one of them misbehaves, and the disk is full or the database gone
/// for a while.
///
/// Ends with 1 if a sign-in of another tenant was refused or slow. scripts/bad-day builds the server and runs this.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// The program under test.
    #[arg(long)]
    pub program: PathBuf,
    /// Its database.
    #[arg(long)]
    pub database: String,
    /// The shell command that fills the disk, or stops the database.
    #[arg(long = "break")]
    pub breaks: String,
    /// The shell command that undoes it.
    #[arg(long = "mend")]
    pub mends: String,
    /// How long the day is, in seconds.
    #[arg(long, default_value_t = 300)]
    pub seconds: u32,
    /// How long the disk is full, or the database gone, in seconds.
    #[arg(long, default_value_t = 10)]
    pub outage: u32,
    /// How many connections the tenant that misbehaves signs in with.
    #[arg(long, default_value_t = 1100)]
    pub flood: usize,
    /// Prints how many sign-ins were slow or refused, and ends with 0 all the same: for a machine that has other work.
    #[arg(long)]
    pub counts_only: bool,
}

/// The parts of the day, as times since its beginning.
#[derive(Clone, Copy)]
pub struct Day {
    /// One tenant begins to misbehave, with a flood of sign-ins.
    pub sign_ins: Duration,
    /// It goes on with lists of everything.
    pub lists: Duration,
    /// It goes on with the longest bodies.
    pub bodies: Duration,
    /// The disk is full, or the database gone, and the flood of sign-ins begins again.
    pub outage: Duration,
    /// It ends.
    pub after: Duration,
    /// The day is over.
    pub end: Duration,
}

impl Arguments {
    /// Returns the parts: a sixth is calm, and the outage begins in the middle.
    pub fn day(&self) -> Day {
        let end = Duration::from_secs(self.seconds.into());
        Day {
            sign_ins: end / 6,
            lists: end * 5 / 18,
            bodies: end * 7 / 18,
            outage: end / 2,
            after: end / 2 + Duration::from_secs(self.outage.into()),
            end,
        }
    }
}
