//! The program's settings: defaults, then an optional file, then the environment.

mod table;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};

use crate::config::IssuerConfig;
use crate::tls::{self, TlsFiles};

pub use table::{VARIABLES, Variable};

pub(crate) use table::{AUTH0_PORT, DESCOPE_PORT};
use table::{CONFIG_FILE, LOG_FORMAT, PREFIX};

/// Every setting that is bad or unknown.
#[derive(Debug, Default, thiserror::Error)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    /// One sentence per fault, each with the variable's name.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

/// Reads the settings of this process.
///
/// # Errors
/// Names every bad setting at once, with what is expected.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that reads the environment"
)]
pub fn from_env() -> Result<IssuerConfig, SettingsError> {
    // `vars` would panic on a variable that is not UTF-8, of any program.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    from_variables(variables.collect())
}

/// Reads the settings from these variables instead of the environment; an empty value counts as unset.
///
/// # Errors
/// As [`from_env`].
pub fn from_variables(variables: HashMap<String, String>) -> Result<IssuerConfig, SettingsError> {
    let mut problems = unknown_variables(&variables);
    let file = read_file(variables.get(CONFIG_FILE), &mut problems);
    problems.extend(unknown_in_file(&file));
    let environment = Environment::with_prefix(PREFIX.trim_end_matches('_'))
        .prefix_separator("_")
        .ignore_empty(true);
    let merged = Config::builder()
        .add_source(file)
        .add_source(environment.source(Some(variables)))
        .build()
        .unwrap_or_else(|error| {
            problems.push(format!("cannot read the environment: {error}"));
            Config::default()
        });
    let mut config = IssuerConfig {
        workers: 2,
        ..IssuerConfig::default()
    };
    config.descope.port = 9000;
    config.auth0.port = 9001;
    for variable in VARIABLES {
        // `config` stops at the first value of the wrong type, so each is read as text and judged here.
        let text = merged.get_string(&variable.key()).unwrap_or_default();
        if let (Some(apply), false) = (variable.apply, text.is_empty())
            && let Err(faults) = apply(&mut config, &text)
        {
            let name = variable.name;
            problems.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    problems.extend(config.tls.as_ref().and_then(half_of_tls));
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(SettingsError { problems })
    }
}

/// A certificate and a key are given together.
fn half_of_tls(files: &TlsFiles) -> Option<String> {
    let is_missing = |path: &PathBuf| path.as_os_str().is_empty();
    let (missing, given) = match (is_missing(&files.certificate), is_missing(&files.key)) {
        (true, false) => (tls::CERTIFICATE_FILE, tls::KEY_FILE),
        (false, true) => (tls::KEY_FILE, tls::CERTIFICATE_FILE),
        _ => return None,
    };
    Some(format!("{missing}: expected beside {given}, got nothing"))
}

/// Whether this process is to log JSON; any other value is text.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that reads the environment"
)]
pub fn logs_json() -> bool {
    std::env::var_os(LOG_FORMAT).is_some_and(|format| format == "json")
}

fn read_file(path: Option<&String>, problems: &mut Vec<String>) -> Config {
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Config::default();
    };
    let source = File::from(Path::new(path)).format(FileFormat::Toml);
    Config::builder()
        .add_source(source)
        .build()
        .unwrap_or_else(|error| {
            problems.push(format!("{CONFIG_FILE}: {error}"));
            Config::default()
        })
}

/// Names under the program's prefix that no setting has. Kubernetes sets `LOCAL_ISSUER_PORT` and `LOCAL_ISSUER_SERVICE_HOST` and
/// the like by itself for a Service of the name local-issuer; they are left alone.
fn unknown_variables(variables: &HashMap<String, String>) -> Vec<String> {
    let orchestrators =
        |rest: &str| rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_");
    let mut unknown: Vec<_> = variables
        .iter()
        .filter(|(name, value)| {
            let rest = name.strip_prefix(PREFIX);
            rest.is_some_and(|rest| !orchestrators(rest)) && !value.is_empty()
        })
        .filter(|(name, _)| VARIABLES.iter().all(|known| known.name != *name))
        .map(|(name, _)| {
            let names = VARIABLES.iter().map(|known| known.name.to_owned());
            format!("{name}: no setting has this name{}", nearest(name, names))
        })
        .collect();
    unknown.sort();
    unknown
}

fn unknown_in_file(file: &Config) -> Vec<String> {
    let keys = || VARIABLES.iter().map(|known| known.key());
    let names = file.cache.clone().into_table().unwrap_or_default();
    let mut unknown: Vec<_> = names
        .into_keys()
        .filter(|name| keys().all(|key| key != *name))
        .map(|name| {
            let nearest = nearest(&name, keys());
            format!("{CONFIG_FILE}: no setting is called {name}{nearest}")
        })
        .collect();
    unknown.sort();
    unknown
}

/// Returns a question for the known name that is most like this one, or nothing if none is like it.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known
        .map(|known| (strsim::normalized_damerau_levenshtein(name, &known), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| format!("; did you mean {known}?"))
        .unwrap_or_default()
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "bad settings:")?;
        for problem in &self.problems {
            write!(formatter, "\n  {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
