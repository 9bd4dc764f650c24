//! What is measured, and for how long.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use integration_tests::ServiceKind;

/// What the command line says.
pub struct Arguments {
    /// The service's program.
    pub program: PathBuf,
    /// Which service it is.
    pub kind: ServiceKind,
    /// The benchmark of identity-core that measures one signature.
    pub ratios: Option<PathBuf>,
    /// Where the peers are.
    pub peers: Option<PathBuf>,
    /// Whether this is the short form, which fails on wide margins only.
    pub is_short: bool,
    /// How often each row is measured; its figures are the medians.
    pub rounds: usize,
    /// How long a row of the comparison is measured each time.
    pub seconds: u64,
    /// How many tokens there are for the row that sends each once.
    pub tokens: usize,
    /// Where the tables are written to as well.
    pub markdown: Option<PathBuf>,
}

impl Arguments {
    /// `--program PATH --service NAME [--short] [--ratios PATH] [--peers FOLDER] [--rounds N] [--seconds N] [--tokens N]
    /// [--markdown FILE]`
    pub fn from_command_line(words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut program, mut kind, mut ratios, mut peers) = (None, None, None, None);
        let (mut rounds, mut seconds, mut tokens) = (None, None, None);
        let (mut is_short, mut markdown) = (false, None);
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--short" => is_short = true,
                "--program" => program = Some(PathBuf::from(value()?)),
                "--service" => kind = ServiceKind::named(&value()?),
                "--ratios" => ratios = Some(PathBuf::from(value()?)),
                "--peers" => peers = Some(PathBuf::from(value()?)),
                "--markdown" => markdown = Some(PathBuf::from(value()?)),
                "--rounds" => rounds = Some(number(&word, &value()?)?),
                "--seconds" => seconds = Some(number(&word, &value()?)?),
                "--tokens" => tokens = Some(number(&word, &value()?)?),
                other => bail!("{other} is no option"),
            }
        }
        let seconds = seconds.unwrap_or(if is_short { 1 } else { 5 });
        Ok(Self {
            program: program.context("--program PATH is missing; run scripts/bench")?,
            kind: kind.context("--service auth0-api or descope-api is missing")?,
            ratios,
            peers,
            is_short,
            rounds: rounds.unwrap_or(3),
            seconds: seconds as u64,
            tokens: tokens.unwrap_or(if is_short { 1_000 } else { 200_000 }),
            markdown,
        })
    }
}

fn number(option: &str, text: &str) -> Result<usize> {
    let number = usize::from_str(text).ok().filter(|number| *number > 0);
    number.with_context(|| format!("{option} needs a number from 1, and not {text}"))
}
