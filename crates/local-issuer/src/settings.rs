//! The binary's settings: defaults, then an optional file, then the environment.

mod checks;
mod read;
mod variables;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use config::{Config, Environment, File, FileFormat};

pub(crate) use checks::{auth0_issuer as check_auth0_issuer, issuer_base as check_issuer_base};
pub(crate) use checks::{project_id as check_project_id, roles_claim as check_roles_claim};
pub(crate) use variables::{AUTH0_PORT, DESCOPE_PORT};
use variables::{CONFIG_FILE, LOG_FORMAT};
pub use variables::{VARIABLES, Variable};

use crate::config::IssuerConfig;

/// Every setting that is missing or bad.
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
    // `vars` would panic on a variable that is not UTF-8, whoever it belongs to.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    from_variables(variables.collect())
}

/// Reads the settings from these variables instead of the environment; an empty value counts as unset.
///
/// # Errors
/// As [`from_env`].
pub fn from_variables(variables: HashMap<String, String>) -> Result<IssuerConfig, SettingsError> {
    let mut problems = Vec::new();
    let file = read_file(variables.get(CONFIG_FILE), &mut problems);
    problems.extend(read::unknown_names(&file));
    // Names that nobody reads are left alone here: orchestrators add some of their own, such as LOCAL_ISSUER_SERVICE_HOST.
    let environment = Environment::with_prefix("LOCAL_ISSUER")
        .prefix_separator("_")
        .ignore_empty(true);
    let merged = Config::builder()
        .add_source(file)
        .add_source(environment.source(Some(variables)))
        .build();
    match merged {
        Ok(merged) => {
            let settings = read::read(&merged, &mut problems);
            if problems.is_empty() {
                Ok(settings)
            } else {
                Err(SettingsError { problems })
            }
        }
        Err(error) => {
            problems.push(format!("cannot read the environment: {error}"));
            Err(SettingsError { problems })
        }
    }
}

/// Whether this process is to log JSON; whatever is not `json` is text.
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
