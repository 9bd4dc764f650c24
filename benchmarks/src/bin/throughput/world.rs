//! What is there before anything is measured: issuers, tokens, and the response that the floor repeats.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::cores::Cores;
use crate::issuers::Issuer;

/// The issuer that has all the tokens.
pub const MAIN: usize = 0;
/// An issuer with ten keys.
pub const TEN_KEYS: usize = 1;
/// An issuer with a hundred keys.
pub const HUNDRED_KEYS: usize = 2;
/// How many issuers there are in all.
const ISSUERS: usize = 10;

pub struct World {
    pub arguments: Arguments,
    pub cores: Cores,
    issuers: Vec<Issuer>,
    folder: TempDir,
}

impl World {
    pub async fn start(arguments: Arguments) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut issuers = Vec::new();
        let count = if arguments.short { 1 } else { ISSUERS };
        for place in 0..count {
            let keys = match place {
                TEN_KEYS => 10,
                HUNDRED_KEYS => 100,
                _ => 1,
            };
            let tokens = if place == MAIN { arguments.tokens() } else { 1 };
            let file = folder.path().join(format!("requests-{place}"));
            issuers.push(Issuer::start(arguments.service, &file, keys, tokens).await?);
        }
        Ok(Self {
            arguments,
            cores: Cores::allowed()?,
            issuers,
            folder,
        })
    }

    pub fn issuer(&self, place: usize) -> Result<&Issuer> {
        self.issuers.get(place).context("there is no such issuer")
    }

    /// The names of so many issuers, the one that has all the tokens last.
    pub fn issuers(&self, count: usize) -> Vec<String> {
        let some = self.issuers.iter().take(count).rev();
        some.map(|issuer| issuer.provider().issuer()).collect()
    }

    /// The file with the service's response.
    pub fn recording(&self) -> PathBuf {
        self.folder.path().join("response.json")
    }
}
