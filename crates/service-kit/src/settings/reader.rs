//! Filling groups of settings, and collecting everything that is wrong with them.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use config::{Config, ConfigError, Value, ValueKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::field::{Field, Kind, name_of, value_of};
use super::names::unknown_names;
use super::sources::{Found, Sources, Values};

/// Fills groups of settings and remembers what is wrong, so that everything is reported at once.
///
/// `Debug` shows no value: there are secrets among them, and the rest of the environment.
pub struct SettingsReader {
    prefix: String,
    values: Values,
    fields: Vec<Field>,
    found: BTreeMap<String, Found>,
    problems: Vec<String>,
    watched: Vec<&'static str>,
}

/// All settings that are missing, bad or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    /// Returns one sentence a setting: its name, what is expected, and where its value comes from.
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
            .finish_non_exhaustive()
    }
}

impl SettingsReader {
    /// Reads from a file, `.env` and the environment. `service` is the service's name, such as `DESCOPE_API`.
    pub fn from_env(service: &str) -> Self {
        match Sources::of_process() {
            Ok(sources) => Self::from_sources(service, sources),
            Err(problem) => {
                let mut reader = Self::from_sources(service, Sources::default());
                reader.problems.push(problem);
                reader
            }
        }
    }

    /// Reads from these pairs alone, as if they were the environment.
    pub fn from_values<'v>(
        service: &str,
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let pairs = values.into_iter();
        let environment = pairs.map(|(name, value)| (name.into(), value.into()));
        Self::from_sources(
            service,
            Sources {
                environment: environment.collect(),
                dotenv: None,
            },
        )
    }

    /// Reads from these sources, and from the TOML file that they name.
    pub fn from_sources(service: &str, sources: Sources) -> Self {
        let prefix = format!("{service}__");
        let mut values = Values::read(&prefix, sources);
        Self {
            prefix,
            fields: vec![config_file()],
            found: BTreeMap::new(),
            problems: std::mem::take(&mut values.problems),
            values,
            watched: Vec::new(),
        }
    }

    /// Returns the settings of all groups that were read.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Names that start with `prefix` are the provider's, such as `DESCOPE_`: one that is nearly the name of a setting is an
    /// error, because it would be ignored. What is not near any is another program's.
    pub fn watch(&mut self, prefix: &'static str) {
        self.watched.push(prefix);
    }

    /// Returns a group of settings. What is missing or bad is remembered, and stands in the result as it is in `default`.
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
        // serde stops at its first error: the value is taken out, and all others are read again.
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
        self.fields.extend(fields);
        group
    }

    /// What the sources say of a setting: the environment and `.env` win over the file.
    fn find(&mut self, field: &Field) -> Option<Found> {
        let found = self.look_up(&field.path);
        if field.secret
            && let Some(file) = self.look_up(&format!("{}_file", field.path))
        {
            let path = file.value.kind.to_string();
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

    /// The setting at `path` cannot be used, because of what the others are.
    pub fn unusable(&mut self, path: &str, expected: &str) {
        let problem = match self.found.get(path) {
            Some(found) => cannot_be_used(found, expected),
            None => format!("{} cannot be used: {expected}", name_of(path)),
        };
        self.problem(problem);
    }

    /// Something is wrong with the settings as a whole.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Returns the settings, unless something was wrong or has an unknown name. `settings` may be `None` only if it was.
    pub fn finish<T>(mut self, settings: Option<T>) -> Result<T, SettingsError> {
        let unknown = unknown_names(&self.prefix, &self.watched, &self.fields, &self.values);
        self.problems.extend(unknown);
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            None if self.problems.is_empty() => Err(SettingsError {
                problems: vec!["a setting is missing".to_owned()],
            }),
            _ => Err(SettingsError {
                problems: self.problems,
            }),
        }
    }
}

/// The setting that names the file, which no group has.
fn config_file() -> Field {
    Field {
        path: "config_file".to_owned(),
        kind: Kind::Text,
        default: None,
        description:
            "The path of a TOML file with settings; `.env` and the environment win over it."
                .to_owned(),
        required: false,
        secret: false,
        expected: None,
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

/// The group with the defaults and these values.
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

/// The path of the setting that an error is about; an entry of a list is about the list.
fn key_of(error: &ConfigError) -> Option<String> {
    let (ConfigError::At { key, .. } | ConfigError::Type { key, .. }) = error else {
        return None;
    };
    key.as_ref()
        .and_then(|key| key.split('[').next())
        .map(str::to_owned)
}

/// What an error says, without the path.
fn message(error: &ConfigError) -> String {
    match error {
        ConfigError::At { error, .. } => message(error),
        ConfigError::Type { expected, .. } => format!("expected {expected}"),
        other => other.to_string(),
    }
}
