//! Reading settings, and collecting everything that is wrong with them.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use config::Value;

use super::sources;

/// Reads settings by name and remembers what is wrong, so that everything is reported at once.
#[derive(Debug)]
pub struct SettingsReader {
    prefix: &'static str,
    values: HashMap<String, Value>,
    asked: Vec<SettingName>,
    problems: Vec<String>,
}

/// A setting that a service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingName {
    /// Its name, such as `PORT`.
    pub name: &'static str,
    /// Whether it is also read with the service's name before it, such as `DESCOPE_API_PORT`, which wins.
    pub shared: bool,
}

/// All settings that are missing or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    /// One sentence a setting: its name and what is expected.
    pub fn problems(&self) -> &[String] {
        &self.problems
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

impl SettingsReader {
    /// Reads from a file, `.env` and the environment. `prefix` is the service's name, such as `DESCOPE_API`.
    pub fn from_env(prefix: &'static str) -> Self {
        let (values, problems) = match sources::read() {
            Ok(values) => (values, Vec::new()),
            Err(problem) => (HashMap::new(), vec![problem]),
        };
        let file = SettingName {
            name: "CONFIG_FILE",
            shared: false,
        };
        Self {
            prefix,
            values,
            asked: vec![file],
            problems,
        }
    }

    /// Reads from these pairs alone.
    pub fn from_values<'v>(
        prefix: &'static str,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let values = values.into_iter().filter(|(_, value)| !value.is_empty());
        let values = values
            .map(|(name, value)| (name.to_lowercase(), Value::from(value)))
            .collect();
        let file = SettingName {
            name: "CONFIG_FILE",
            shared: false,
        };
        Self {
            prefix,
            values,
            asked: vec![file],
            problems: Vec::new(),
        }
    }

    /// The settings that were asked for so far.
    pub fn asked(&self) -> &[SettingName] {
        &self.asked
    }

    /// A setting that several services may have: read as `PREFIX_NAME`, or else as `NAME`.
    pub fn shared(&mut self, name: &'static str) -> Setting<'_> {
        self.setting(SettingName { name, shared: true })
    }

    /// A setting whose name says whose it is: read as `NAME` alone.
    pub fn own(&mut self, name: &'static str) -> Setting<'_> {
        self.setting(SettingName {
            name,
            shared: false,
        })
    }

    fn setting(&mut self, asked: SettingName) -> Setting<'_> {
        self.asked.push(asked);
        let prefixed = format!("{}_{}", self.prefix, asked.name);
        let (name, value) = match self.text(&prefixed).filter(|_| asked.shared) {
            Some(value) => (prefixed, Some(value)),
            None => (asked.name.to_owned(), self.text(asked.name)),
        };
        Setting {
            reader: self,
            name,
            value,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = self
            .values
            .get(&name.to_lowercase())?
            .clone()
            .into_string()
            .ok()?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Something is wrong with the settings as a whole.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// The settings, unless something was wrong. `settings` may be `None` only if it was.
    pub fn finish<T>(mut self, settings: Option<T>) -> Result<T, SettingsError> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            None if self.problems.is_empty() => {
                self.problem("a setting is missing");
                Err(SettingsError {
                    problems: self.problems,
                })
            }
            _ => Err(SettingsError {
                problems: self.problems,
            }),
        }
    }
}

/// One setting, to be read in one way or another.
pub struct Setting<'r> {
    reader: &'r mut SettingsReader,
    name: String,
    value: Option<String>,
}

impl Setting<'_> {
    /// The text, if it is set.
    pub fn text(self) -> Option<String> {
        self.value
    }

    /// The parsed value. If it is missing, that is a problem; `meaning` says what to set.
    pub fn required<T: FromStr<Err: Display>>(self, meaning: &str) -> Option<T> {
        if self.value.is_none() {
            self.reader
                .problem(format!("{} is not set: {meaning}", self.name));
            return None;
        }
        self.optional()
    }

    /// The parsed value, if it is set.
    pub fn optional<T: FromStr<Err: Display>>(self) -> Option<T> {
        let value = self.value?;
        match value.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.reader
                    .problem(format!("{} cannot be used: {error}", self.name));
                None
            }
        }
    }

    /// The parsed value, or `default`.
    pub fn or<T: FromStr<Err: Display>>(self, default: T) -> T {
        self.optional().unwrap_or(default)
    }

    /// A whole number within `range`, or `default`.
    pub fn whole_number(self, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(text) = self.value else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (name, low, high) = (self.name, range.start(), range.end());
                self.reader.problem(format!(
                    "{name} cannot be used: expected a whole number from {low} to {high}"
                ));
                default
            }
        }
    }

    /// A whole number of seconds within `range`, or `default`.
    pub fn seconds(self, default: Duration, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.whole_number(default.as_secs(), range))
    }

    /// A number of bytes or things within `range`, or `default`.
    pub fn count(self, default: usize, range: RangeInclusive<u64>) -> usize {
        usize::try_from(self.whole_number(default as u64, range)).unwrap_or(default)
    }

    /// `true` or `false`, or `default`.
    pub fn switch(self, default: bool) -> bool {
        self.or(default)
    }

    /// What is between commas; nothing if it is not set.
    pub fn list(self) -> Vec<String> {
        let text = self.value.unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    }
}
