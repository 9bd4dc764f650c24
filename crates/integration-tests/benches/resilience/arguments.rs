//! What is run, against which program, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use integration_tests::ServiceKind;

/// What the command line says.
pub struct Arguments {
    /// The program under test.
    pub program: PathBuf,
    /// Which service it is.
    pub kind: ServiceKind,
    /// Whether this is the short form, which asserts no times.
    pub is_short: bool,
    /// What is run, in this order.
    pub scenarios: Vec<Scenario>,
    is_all: bool,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    Rotation,
    Outage,
    Cold,
    Flood,
    Stampede,
    Soak,
}

impl Scenario {
    const ALL: [Self; 6] = [
        Self::Rotation,
        Self::Outage,
        Self::Cold,
        Self::Flood,
        Self::Stampede,
        Self::Soak,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rotation => "rotation",
            Self::Outage => "outage",
            Self::Cold => "cold",
            Self::Flood => "flood",
            Self::Stampede => "stampede",
            Self::Soak => "soak",
        }
    }

    fn named(name: &str) -> Result<Self> {
        let found = Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == name);
        let names = Self::ALL.map(Self::name).join(", ");
        found.with_context(|| format!("{name} is no scenario: expected one of {names}"))
    }
}

impl Arguments {
    /// `--program PATH --service NAME [--short] [SCENARIO ..]`; without a scenario all are run, the soak in the long form only.
    pub fn from_command_line(words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut program, mut kind, mut is_short) = (None, None, false);
        let mut scenarios = Vec::new();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--short" => is_short = true,
                "--program" => program = words.next().map(PathBuf::from),
                "--service" => {
                    let named = words.next().and_then(|name| ServiceKind::named(&name));
                    // Those of the providers are measured.
                    kind = named.filter(|kind| *kind != ServiceKind::BillingApi);
                }
                option if option.starts_with('-') => bail!("{option} is no option"),
                name => scenarios.push(Scenario::named(name)?),
            }
        }
        let is_all = scenarios.is_empty();
        if is_all {
            scenarios = Scenario::ALL.to_vec();
            scenarios.retain(|scenario| !(is_short && *scenario == Scenario::Soak));
        }
        Ok(Self {
            program: program.context("--program PATH is missing; run scripts/resilience")?,
            kind: kind.context("--service auth0-api or descope-api is missing")?,
            is_short,
            scenarios,
            is_all,
        })
    }

    /// The one time in the long form, the other in the short one.
    pub fn seconds(&self, long: f64, short: f64) -> Duration {
        Duration::from_secs_f64(if self.is_short { short } else { long })
    }

    /// The command that does the same again.
    pub fn command(&self) -> String {
        let mut words = vec!["scripts/resilience"];
        if self.kind == ServiceKind::DescopeApi {
            words.push("--descope");
        }
        if self.is_short {
            words.push("--short");
        }
        if !self.is_all {
            words.extend(self.scenarios.iter().map(|scenario| scenario.name()));
        }
        words.join(" ")
    }
}
