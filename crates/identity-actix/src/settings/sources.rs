//! Where settings come from.

use std::collections::HashMap;

use config::{Config, Environment, File, FileFormat, Value};

/// All values, by lower-case name: an optional TOML file, then `.env`, then the environment; the last one wins. An empty
/// value counts as unset. Errors: a file cannot be read, as a sentence.
pub(super) fn read() -> Result<HashMap<String, Value>, String> {
    let dotenv = dotenv()?;
    let environment = || Environment::default().ignore_empty(true);
    let from_environment = Config::builder()
        .add_source(environment().source(Some(dotenv)))
        .add_source(environment());
    let from_environment = values(from_environment.build())?;
    let Some(path) = from_environment
        .get("config_file")
        .cloned()
        .and_then(|path| path.into_string().ok())
    else {
        return Ok(from_environment);
    };
    let file = Config::builder().add_source(File::new(&path, FileFormat::Toml));
    let mut all = values(file.build())
        .map_err(|error| format!("CONFIG_FILE: {path} cannot be read: {error}"))?;
    all.extend(from_environment);
    Ok(all)
}

fn values(config: Result<Config, config::ConfigError>) -> Result<HashMap<String, Value>, String> {
    config
        .and_then(Config::try_deserialize)
        .map_err(|error| error.to_string())
}

/// The pairs in `.env` here or in a folder above. The process's own environment is not changed.
fn dotenv() -> Result<HashMap<String, String>, String> {
    match dotenvy::dotenv_iter() {
        // The error of a bad line repeats the line, and with it perhaps a secret.
        Ok(pairs) => pairs
            .collect::<Result<_, _>>()
            .map_err(|_| ".env has a line that is not NAME=value".to_owned()),
        Err(error) if error.not_found() => Ok(HashMap::new()),
        Err(_) => Err(".env cannot be read".to_owned()),
    }
}
