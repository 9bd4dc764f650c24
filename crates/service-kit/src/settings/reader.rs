//! Reading settings, and collecting everything that is wrong with them.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::sources::{self, Found, Values};

/// Reads settings by name and remembers what is wrong, so that everything is reported at once.
///
/// `Debug` shows no value: there are secrets among them, and the rest of the environment.
pub struct SettingsReader {
    prefix: &'static str,
    values: HashMap<String, Found>,
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

impl fmt::Debug for SettingsReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SettingsReader")
            .field("prefix", &self.prefix)
            .field("asked", &self.asked)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl SettingsReader {
    /// Reads from a file, `.env` and the environment. `prefix` is the service's name, such as `DESCOPE_API`.
    pub fn from_env(prefix: &'static str) -> Self {
        Self::new(prefix, sources::read(prefix))
    }

    /// Reads from these pairs alone.
    pub fn from_values<'v>(
        prefix: &'static str,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), Found::Text(value.to_owned())));
        let found = values.collect();
        Self::new(
            prefix,
            Values {
                found,
                ..Values::default()
            },
        )
    }

    pub(super) fn new(prefix: &'static str, values: Values) -> Self {
        let file = SettingName {
            name: "CONFIG_FILE",
            shared: true,
        };
        Self {
            prefix,
            values: values.found,
            asked: vec![file],
            problems: values.problems,
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
        let (name, found) = match self.found(&prefixed).filter(|_| asked.shared) {
            Some(found) => (prefixed, Some(found)),
            None => (asked.name.to_owned(), self.found(asked.name)),
        };
        let mut setting = Setting {
            reader: self,
            name,
            value: None,
            is_unusable: false,
        };
        match found {
            Some(Found::Text(text)) => setting.value = Some(text),
            Some(Found::Unusable(expected)) => setting.unusable(expected),
            None => {}
        }
        setting
    }

    fn found(&self, name: &str) -> Option<Found> {
        match self.values.get(&name.to_lowercase())? {
            Found::Text(text) => {
                let text = text.trim();
                (!text.is_empty()).then(|| Found::Text(text.to_owned()))
            }
            unusable => Some(unusable.clone()),
        }
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
    /// It has a value, and what is wrong with it was said.
    is_unusable: bool,
}

impl Setting<'_> {
    /// The text, if it is set.
    pub fn text(self) -> Option<String> {
        self.value
    }

    /// The parsed value. If it is missing, that is a problem; `meaning` says what to set.
    pub fn required<T: FromStr<Err: Display>>(self, meaning: &str) -> Option<T> {
        if self.value.is_none() && !self.is_unusable {
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

    /// The parsed value, if it is set. What cannot be parsed is a problem, and `expected` says what can: for types whose
    /// own error does not.
    pub fn expecting<T: FromStr>(mut self, expected: &str) -> Option<T> {
        let parsed = self.value.as_ref()?.parse().ok();
        if parsed.is_none() {
            self.unusable(expected);
        }
        parsed
    }

    pub(super) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    pub(super) fn unusable(&mut self, expected: &str) {
        self.is_unusable = true;
        self.reader
            .problem(format!("{} cannot be used: {expected}", self.name));
    }

    /// The parsed value, or `default`.
    pub fn or<T: FromStr<Err: Display>>(self, default: T) -> T {
        self.optional().unwrap_or(default)
    }

    /// A whole number within `range`, or `default`.
    pub fn whole_number(mut self, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(text) = &self.value else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (low, high) = (range.start(), range.end());
                self.unusable(&format!("expected a whole number from {low} to {high}"));
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
        self.expecting("expected true or false").unwrap_or(default)
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

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
