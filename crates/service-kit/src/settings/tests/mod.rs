//! Reads a group with every kind of setting from every source.

mod names;
mod reading;
mod record;
mod sources;

use std::ffi::OsString;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{SettingsError, SettingsReader, Sources};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Sample {
    /// The id of
    /// the project.
    #[schemars(extend("x-required" = true, "x-expected" = "an id"))]
    acme_project: Option<String>,
    /// Whether to require it.
    acme_require: bool,
    /// The port.
    port: u16,
    /// The address.
    #[schemars(extend("x-expected" = "an IP address"))]
    address: std::net::IpAddr,
    /// Hosts.
    hosts: Vec<String>,
    /// A name.
    #[serde(with = "crate::settings::text")]
    #[schemars(with = "String")]
    letter: char,
    /// A secret.
    #[schemars(extend("x-secret" = true))]
    password: Option<String>,
    /// A table.
    keys: SampleKeys,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct SampleKeys {
    /// A time.
    #[schemars(range(min = 1, max = 60))]
    ttl_seconds: u64,
}

fn default() -> Sample {
    Sample {
        acme_project: None,
        acme_require: false,
        port: 8000,
        address: [127, 0, 0, 1].into(),
        hosts: Vec::new(),
        letter: 'x',
        password: None,
        keys: SampleKeys { ttl_seconds: 30 },
    }
}

fn finished(mut reader: SettingsReader) -> Result<Sample, Vec<String>> {
    reader.watch("ACME_");
    let sample = reader.group(default());
    let outcome = reader.finish(Some(sample));
    outcome.map_err(|error: SettingsError| error.problems().to_vec())
}

/// Reads the pairs, with a project unless they name one.
fn read(pairs: &[(&str, &str)]) -> Result<Sample, Vec<String>> {
    let pairs = [&[("ACME_PROJECT", "P1")], pairs].concat();
    finished(SettingsReader::from_values("AN_API", pairs))
}

fn problem(pairs: &[(&str, &str)]) -> String {
    let mut problems = read(pairs).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

/// Returns a directory with the file `settings.toml`.
fn folder(toml: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, toml).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

fn layered(pairs: &[(&str, &str)], dotenv: &str) -> Result<Sample, Vec<String>> {
    let environment = pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let sources = Sources {
        environment: environment.collect(),
        dotenv: Some((PathBuf::from(".env"), dotenv.to_owned())),
    };
    finished(SettingsReader::from_sources("AN_API", sources))
}
