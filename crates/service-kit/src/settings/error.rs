//! What is wrong with the settings.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::path::PathBuf;

/// All settings that are missing, invalid or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
    files: BTreeSet<PathBuf>,
}

impl SettingsError {
    pub(super) fn new(problems: Vec<String>, files: &BTreeSet<PathBuf>) -> Self {
        let files = files.clone();
        Self { problems, files }
    }

    /// Returns one sentence per setting: its name, what is expected, and where its value comes from.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Returns the files of the settings: one of them may be changed to mend it.
    pub(crate) fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }
}

impl Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the settings are not right:")?;
        for problem in &self.problems {
            write!(formatter, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
