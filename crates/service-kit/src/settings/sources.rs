//! Where settings come from.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, File, FileFormat, Value, ValueKind};

/// The file beside the environment, in the current directory.
pub(super) const DOTENV: &str = ".env";

/// The environment and `.env`. Tests provide their own.
#[derive(Default)]
pub struct Sources {
    /// The pairs of the environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The path and the content of `.env`.
    pub dotenv: Option<(PathBuf, String)>,
}

/// All values: by name in the environment and in `.env`, by path in the file.
#[derive(Default)]
pub(super) struct Values {
    variables: HashMap<String, Variable>,
    file: BTreeMap<String, Value>,
    pub(super) dotenv_path: Option<PathBuf>,
    pub(super) file_place: String,
    pub(super) problems: Vec<String>,
}

/// A variable of the environment or a line of `.env`. `text` is `None` if it is not UTF-8.
struct Variable {
    text: Option<String>,
    place: String,
}

/// A value, the name that it was found by, and the place where it was found.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) value: Value,
}

impl Sources {
    /// Returns the sources of this process: its environment, and `.env` from the current directory. Errors: `.env`
    /// cannot be read.
    pub(super) fn of_process() -> Result<Self, String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        let environment = std::env::vars_os().collect();
        Ok(Self {
            environment,
            dotenv: dotenv_in(&std::env::current_dir().unwrap_or_default())?,
        })
    }
}

/// Returns the path and the content of `.env` in this directory. One in a directory above belongs to something else.
fn dotenv_in(folder: &Path) -> Result<Option<(PathBuf, String)>, String> {
    let path = folder.join(DOTENV);
    if !path.is_file() {
        return Ok(None);
    }
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

impl Values {
    /// Reads `.env`, the environment, and the TOML file that one of them names. An empty value counts as unset, so that
    /// it does not override another. `prefix` is the service's name with two underscores.
    pub(super) fn read(prefix: &str, sources: Sources) -> Self {
        let mut values = Self::default();
        if let Some((path, text)) = &sources.dotenv {
            values.read_dotenv(path, text);
            values.dotenv_path = Some(path.clone());
        }
        for (name, value) in sources.environment {
            let Ok(name) = name.into_string() else {
                continue;
            };
            values.insert(&name, value.into_string().ok(), "the environment");
        }
        if let Some(file) = values.variable(prefix, "CONFIG_FILE") {
            match (&file.value.kind, toml(&file.value)) {
                (_, Ok(found)) => values.file = found,
                (path, Err(error)) => values
                    .problems
                    .push(format!("{}: {path} cannot be read: {error}", file.name)),
            }
            values.file_place = file.value.kind.to_string();
        }
        values
    }

    fn insert(&mut self, name: &str, text: Option<String>, place: &str) {
        let text = text.map(|text| text.trim().to_owned());
        if text.as_deref() != Some("") {
            let place = place.to_owned();
            self.variables
                .insert(name.to_ascii_uppercase(), Variable { text, place });
        }
    }

    /// Reads `.env`. A bad line is reported by its number: the parser's error would repeat the line, which may contain
    /// a secret.
    fn read_dotenv(&mut self, path: &Path, text: &str) {
        let path = path.display();
        let number = |is_it: &dyn Fn(&str) -> bool| {
            let index = text.lines().position(is_it);
            index.map_or_else(String::new, |index| format!("line {} of ", index + 1))
        };
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            match line {
                Ok((name, value)) => {
                    let place = number(&|line| {
                        let line = line.trim_start();
                        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
                        line.strip_prefix(&*name)
                            .is_some_and(|rest| rest.trim_start().starts_with('='))
                    });
                    self.insert(&name, Some(value), &format!("{place}{path}"));
                }
                Err(dotenvy::Error::LineParse(bad, _)) => {
                    let first = bad.lines().next().unwrap_or_default().trim();
                    let place = number(&|line| line.trim() == first);
                    self.problems.push(format!(
                        "{place}{path} is not NAME=value, with quotes around a value with spaces"
                    ));
                }
                Err(_) => self.problems.push(format!("{path} cannot be read")),
            }
        }
    }

    /// Returns the value in the environment or `.env`. The name with the service's prefix takes precedence over the
    /// plain one.
    pub(super) fn variable(&self, prefix: &str, name: &str) -> Option<Found> {
        let prefixed = format!("{prefix}{name}");
        let names = [prefixed, name.to_owned()];
        names.into_iter().find_map(|name| {
            let variable = self.variables.get(&name)?;
            let kind = variable.text.clone().map_or(ValueKind::Nil, Into::into);
            let place = variable.place.clone();
            let value = Value::new(None, kind);
            Some(Found { name, place, value })
        })
    }

    /// Returns the value in the TOML file.
    pub(super) fn in_file(&self, path: &str) -> Option<Found> {
        let value = self.file.get(path)?.clone();
        let is_empty = matches!(&value.kind, ValueKind::String(text) if text.trim().is_empty());
        (!is_empty).then(|| Found {
            name: path.to_owned(),
            place: self.file_place.clone(),
            value,
        })
    }

    /// Returns every path in the TOML file.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.file.keys().map(String::as_str)
    }

    /// Returns the names in the environment and in `.env`, with their values and places.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.variables.iter().map(|(name, variable)| {
            let text = variable.text.as_deref().unwrap_or_default();
            (name.as_str(), text, variable.place.as_str())
        })
    }
}

/// Returns the values of a TOML file, by path.
fn toml(path: &Value) -> Result<BTreeMap<String, Value>, String> {
    let file = File::new(&path.kind.to_string(), FileFormat::Toml);
    let config = Config::builder().add_source(file).build();
    let mut found = BTreeMap::new();
    let root = config.map_err(|error| reason(&error))?.cache;
    flatten("", root, &mut found);
    Ok(found)
}

fn flatten(path: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    let ValueKind::Table(table) = value.kind else {
        found.insert(path.to_owned(), value);
        return;
    };
    for (name, value) in table {
        match path {
            "" => flatten(&name, value, found),
            above => flatten(&format!("{above}.{name}"), value, found),
        }
    }
}

/// Returns why a file cannot be read, without the lines that the TOML parser repeats: they may contain a secret.
fn reason(error: &ConfigError) -> String {
    let text = match error {
        ConfigError::FileParse { cause, .. } | ConfigError::Foreign(cause) => cause.to_string(),
        other => other.to_string(),
    };
    let is_told = |line: &&str| {
        !line.contains(" | ") && !line.trim_end().ends_with('|') && !line.trim().is_empty()
    };
    text.lines().filter(is_told).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::dotenv_in;

    #[test]
    fn dotenv_is_read_from_the_folder_itself_and_not_from_those_above() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("project/service");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(folder.path().join(".env"), "PORT=1").unwrap();
        std::fs::write(folder.path().join("project/.env"), "PORT=2").unwrap();
        assert_eq!(dotenv_in(&inner), Ok(None));
        let path = inner.join(".env");
        std::fs::write(&path, "PORT=3").unwrap();
        assert_eq!(dotenv_in(&inner), Ok(Some((path, "PORT=3".to_owned()))));
    }
}
