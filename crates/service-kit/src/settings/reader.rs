//! Reading groups of settings, and collecting all errors.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use config::{Config, ConfigError, Value, ValueKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SettingsError;
use super::field::{Field, name_of, value_of};
use super::names::unknown_names;
use super::record::{Record, SettingsRecord};
use super::sources::{DOTENV, Found, Sources, Values};

/// Reads groups of settings and collects the errors, so that all of them are reported at once.
///
/// `Debug` shows no values: some are secrets, and some belong to the rest of the environment.
pub struct SettingsReader {
    pub(super) prefix: String,
    values: Values,
    fields: Vec<Field>,
    found: BTreeMap<String, Found>,
    problems: Vec<String>,
    watched: Vec<&'static str>,
    record: Record,
    finished: SettingsRecord,
}

impl fmt::Debug for SettingsReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SettingsReader")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl SettingsReader {
    /// Returns a reader of the TOML file, `.env` and the environment. `service` is the service's name, such as
    /// `DESCOPE_API`.
    pub fn from_env(service: &str) -> Self {
        let (sources, problem) = match Sources::of_process() {
            Ok(sources) => (sources, None),
            Err(problem) => (Sources::default(), Some(problem)),
        };
        let mut reader = Self::from_sources(service, sources);
        reader.problems.extend(problem);
        reader.record.note_file(Path::new(DOTENV));
        reader
    }

    /// Returns a reader of only these pairs, as if they were the environment.
    pub fn from_values<'v>(
        service: &str,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let pairs = values.into_iter();
        let pairs = pairs.map(|(name, value)| (name.into(), value.into()));
        let sources = Sources {
            environment: pairs.collect(),
            dotenv: None,
        };
        Self::from_sources(service, sources)
    }

    /// Returns a reader of these sources, and of the TOML file that they name.
    pub fn from_sources(service: &str, sources: Sources) -> Self {
        let prefix = format!("{service}__");
        let mut values = Values::read(&prefix, sources);
        let mut record = Record::default();
        if !values.file_place.is_empty() {
            record.note_file(Path::new(&values.file_place));
        }
        Self {
            record,
            finished: SettingsRecord::default(),
            prefix,
            fields: vec![Field::config_file()],
            found: BTreeMap::new(),
            problems: std::mem::take(&mut values.problems),
            values,
            watched: Vec::new(),
        }
    }

    /// Returns the path of the `.env` that was read.
    pub fn dotenv_path(&self) -> Option<&Path> {
        self.values.dotenv_path.as_deref()
    }

    /// Returns the settings of all groups that were read so far.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Reports unknown names that start with `prefix`, the provider's, such as `DESCOPE_`, if they are close to the
    /// name of a setting: the value would be ignored. Other names are assumed to belong to other programs.
    pub fn watch(&mut self, prefix: &'static str) {
        self.watched.push(prefix);
    }

    /// Returns a group of settings. A missing or invalid one is reported by [`finish`](Self::finish), and has its value
    /// from `default` in the result.
    pub fn group<T>(&mut self, default: T) -> T
    where
        T: JsonSchema + Serialize + DeserializeOwned,
    {
        let fields = Field::all_of(&default);
        let mut values = BTreeMap::new();
        let mut problems: Vec<(usize, String)> = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            match self
                .find(field)
                .map(|found| (field.parse(&found.value), found))
            {
                Some((Ok(value), found)) => {
                    values.insert(field.path.clone(), value);
                    self.found.insert(field.path.clone(), found);
                }
                Some((Err(expected), found)) => {
                    problems.push((index, cannot_be_used(&found, &expected)));
                }
                None if field.required => {
                    let what = field.expected.as_ref().unwrap_or(&field.description);
                    problems.push((index, format!("{} is not set: {what}", field.name())));
                }
                None => {}
            }
        }
        // serde stops at its first error: remove that value, and read all others again.
        let group = loop {
            let error = match fill(&fields, &values) {
                Ok(group) => break group,
                Err(error) => error,
            };
            let bad = key_of(&error).filter(|path| values.remove(path).is_some());
            let index = fields
                .iter()
                .position(|field| Some(&field.path) == bad.as_ref());
            let Some((index, field)) = index.and_then(|index| Some((index, fields.get(index)?)))
            else {
                problems.push((fields.len(), error.to_string()));
                break default;
            };
            if let Some(found) = self.found.get(&field.path) {
                let expected = field.expected.as_ref();
                let expected =
                    expected.map_or_else(|| message(&error), |own| format!("expected {own}"));
                problems.push((index, cannot_be_used(found, &expected)));
            }
        };
        problems.sort();
        self.problems
            .extend(problems.into_iter().map(|(_, problem)| problem));
        for field in fields {
            let default = field.default.as_ref().and_then(value_of);
            let value = values.get(&field.path).or(default.as_ref());
            self.record.note(&field, value);
            self.fields.push(field);
        }
        group
    }

    /// Returns what this reader will have read when it has finished.
    pub(super) fn record(&self) -> SettingsRecord {
        self.finished.clone()
    }

    /// Notes the content of a file that the setting at `path`, of a group that was read, names.
    pub(super) fn note_content(&mut self, path: &str, file: &Path, content: &[u8]) {
        self.record.note_content(path, file, content);
    }

    /// Returns the value of a setting. The environment and `.env` take precedence over the file.
    fn find(&mut self, field: &Field) -> Option<Found> {
        let found = self.look_up(&field.path);
        if field.secret
            && let Some(file) = self.look_up(&format!("{}_file", field.path))
        {
            let path = file.value.kind.to_string();
            self.record.note_file(Path::new(&path));
            if let Some(other) = &found {
                self.problems.push(format!(
                    "{} and {} are both set: expected one of them",
                    other.name, file.name
                ));
            }
            let problem = match std::fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => {
                    let value = Value::new(None, text.trim());
                    return Some(Found { value, ..file });
                }
                Ok(_) => "it is empty".to_owned(),
                Err(error) => error.to_string(),
            };
            self.problems
                .push(format!("{}: {path} cannot be read: {problem}", file.name));
        }
        found
    }

    fn look_up(&self, path: &str) -> Option<Found> {
        self.values
            .variable(&self.prefix, &name_of(path))
            .or_else(|| self.values.in_file(path))
    }

    /// Returns whether the setting at `path`, of a group that was read, has a value of its own, be it its default.
    pub fn is_set(&self, path: &str) -> bool {
        self.found.contains_key(path)
    }

    /// Reports that the setting at `path` cannot be used, because of the values of others.
    pub fn unusable(&mut self, path: &str, expected: &str) {
        let problem = match self.found.get(path) {
            Some(found) => cannot_be_used(found, expected),
            None => format!("{} cannot be used: {expected}", name_of(path)),
        };
        self.problem(problem);
    }

    /// Reports an error in the settings as a whole.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Returns the settings. Errors: all problems and unknown names. `settings` may be `None` only if a problem was
    /// reported.
    pub fn finish<T>(mut self, settings: Option<T>) -> Result<T, SettingsError> {
        let unknown = unknown_names(&self.prefix, &self.watched, &self.fields, &self.values);
        self.problems.extend(unknown);
        if settings.is_none() && self.problems.is_empty() {
            self.problem("a setting is missing");
        }
        let problems = self.problems;
        match settings {
            Some(settings) if problems.is_empty() => {
                self.finished.finish(self.record);
                Ok(settings)
            }
            _ => Err(SettingsError::new(problems, self.record.files())),
        }
    }
}

fn cannot_be_used(found: &Found, expected: &str) -> String {
    let expected = match found.value.kind {
        ValueKind::Nil => "expected a text in UTF-8",
        _ => expected,
    };
    let (name, place) = (&found.name, &found.place);
    format!("{name} cannot be used: {expected} (it comes from {place})")
}

/// Deserializes a group from its defaults and these values.
fn fill<T: DeserializeOwned>(
    fields: &[Field],
    values: &BTreeMap<String, Value>,
) -> Result<T, ConfigError> {
    let mut config = Config::builder();
    for field in fields {
        if let Some(default) = field.default.as_ref().and_then(value_of) {
            config = config.set_default(&field.path, default)?;
        }
    }
    for (path, value) in values {
        config = config.set_override(path, value.clone())?;
    }
    config.build()?.try_deserialize()
}

/// Returns the path of the setting that an error is about. For an entry of a list it is the path of the list.
fn key_of(error: &ConfigError) -> Option<String> {
    let (ConfigError::At { key, .. } | ConfigError::Type { key, .. }) = error else {
        return None;
    };
    key.as_ref()?.split('[').next().map(str::to_owned)
}

/// Returns the message of an error, without the path.
fn message(error: &ConfigError) -> String {
    match error {
        ConfigError::At { error, .. } => message(error),
        ConfigError::Type { expected, .. } => format!("expected {expected}"),
        other => other.to_string(),
    }
}
