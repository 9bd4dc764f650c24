//! What is run, against which program, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use integration_tests::ServiceKind;

/// Measures what a service does while its issuer rotates its keys, is out of order, or is asked for keys with forged key ids.
///
/// Ends with 1 if a number is missed. scripts/resilience builds the service and runs this.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// The program under test.
    #[arg(long)]
    pub program: PathBuf,
    /// Which service it is.
    #[arg(long)]
    pub service: ServiceKind,
    /// The short form: asserts what is counted and never what is timed, and leaves out the soak.
    #[arg(long)]
    pub short: bool,
    /// What is run, in this order [default: all].
    scenarios: Vec<Scenario>,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    Rotation,
    Outage,
    Cold,
    Flood,
    Stampede,
    Reload,
    Idle,
    Soak,
}

impl Scenario {
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Arguments {
    /// What is run, in this order.
    pub fn scenarios(&self) -> Vec<Scenario> {
        if !self.scenarios.is_empty() {
            return self.scenarios.clone();
        }
        let mut all = Scenario::value_variants().to_vec();
        all.retain(|scenario| !(self.short && *scenario == Scenario::Soak));
        all
    }

    /// The one time in the long form, the other in the short one.
    pub fn seconds(&self, long: f64, short: f64) -> Duration {
        Duration::from_secs_f64(if self.short { short } else { long })
    }

    /// The command that does the same again.
    pub fn command(&self) -> String {
        let mut words = vec!["scripts/resilience".to_owned()];
        if self.service == ServiceKind::DescopeApi {
            words.push("--descope".to_owned());
        }
        if self.short {
            words.push("--short".to_owned());
        }
        words.extend(self.scenarios.iter().map(|scenario| scenario.name()));
        words.join(" ")
    }
}
