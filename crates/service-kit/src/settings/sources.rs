//! Where settings come from.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Read;

use config::{Config, ConfigError, Environment, File, FileFormat, Source, Value};

/// A value as it was found.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A text, or a number or switch in a file.
    Text(String),
    /// There is a value, but none that any setting has; the sentence says what is expected.
    Unusable(&'static str),
}

/// All values, by lower-case name, and what could not be read.
#[derive(Default)]
pub(super) struct Values {
    pub(super) found: HashMap<String, Found>,
    pub(super) problems: Vec<String>,
}

/// A TOML file, then `.env` here or in a folder above, then the environment, which is not changed.
pub(super) fn read(prefix: &str) -> Values {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    let environment = std::env::vars_os();
    match dotenvy::dotenv_iter() {
        Ok(lines) => layered(prefix, environment, Some(lines)),
        Err(error) if error.not_found() => layered(prefix, environment, no_lines()),
        Err(_) => {
            let mut values = layered(prefix, environment, no_lines());
            values.problems.insert(0, ".env cannot be read".to_owned());
            values
        }
    }
}

fn no_lines() -> Option<dotenvy::Iter<std::io::Empty>> {
    None
}

/// A TOML file that the other two name, then `dotenv`, then `environment`: the last one that has a value wins. An empty
/// value counts as unset, so that it never hides another.
pub(super) fn layered<R: Read>(
    prefix: &str,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    dotenv: Option<dotenvy::Iter<R>>,
) -> Values {
    let mut values = Values::default();
    let dotenv = dotenv.map_or_else(HashMap::new, |lines| pairs(lines, &mut values));
    let (environment, unreadable) = texts(environment);
    let outer = collect([texts_of(dotenv), texts_of(environment)]);
    let outer = outer.unwrap_or_else(|error| {
        values.problems.push(reason(&error));
        HashMap::new()
    });

    let names = [format!("{prefix}_config_file"), "config_file".to_owned()];
    let path = names
        .iter()
        .find_map(|name| match outer.get(&name.to_lowercase()) {
            Some(Found::Text(path)) => Some(path.clone()),
            _ => None,
        });
    if let Some(path) = path {
        match collect([File::new(&path, FileFormat::Toml)]) {
            Ok(file) => values.found = file,
            Err(error) => values.problems.push(format!(
                "CONFIG_FILE: {path} cannot be read: {}",
                reason(&error)
            )),
        }
    }
    values.found.extend(outer);
    values.found.extend(unreadable);
    values
}

/// The pairs of a `.env` file. The error of a bad line would repeat the line, and with it perhaps a secret.
fn pairs<R: Read>(lines: dotenvy::Iter<R>, values: &mut Values) -> HashMap<String, String> {
    lines.collect::<Result<_, _>>().unwrap_or_else(|_| {
        let problem = ".env has a line that is not NAME=value, with quotes around a value with spaces; none of it is used";
        values.problems.push(problem.to_owned());
        HashMap::new()
    })
}

/// What is text, and the names of what is not: such a value is a problem only if somebody asks for it.
fn texts(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> (HashMap<String, String>, HashMap<String, Found>) {
    let (mut texts, mut unreadable) = (HashMap::new(), HashMap::new());
    for (name, value) in environment {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => drop(texts.insert(name, value)),
            (Ok(name), Err(_)) => {
                let expected = "expected a text in UTF-8";
                unreadable.insert(name.to_lowercase(), Found::Unusable(expected));
            }
            (Err(_), _) => {}
        }
    }
    (texts, unreadable)
}

/// Settings alone: other names may have a meaning of their own here, such as a dot for a table.
fn texts_of(mut pairs: HashMap<String, String>) -> Environment {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    pairs.retain(|name, _| name.chars().all(is_plain));
    Environment::default()
        .ignore_empty(true)
        .source(Some(pairs))
}

fn collect<S: Source + Send + Sync + 'static>(
    sources: impl IntoIterator<Item = S>,
) -> Result<HashMap<String, Found>, ConfigError> {
    let values: HashMap<String, Value> = sources
        .into_iter()
        .fold(Config::builder(), |builder, source| {
            builder.add_source(source)
        })
        .build()?
        .try_deserialize()?;
    let found = values.into_iter().map(|(name, value)| {
        let text = value.into_string().map(Found::Text);
        let several = "expected a text, a number or a switch; several values stand in one text, between commas";
        (name.to_lowercase(), text.unwrap_or(Found::Unusable(several)))
    });
    Ok(found.collect())
}

/// The innermost text of an error.
fn reason(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), reason)
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
