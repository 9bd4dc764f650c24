//! How each variable becomes part of the configuration; faults are collected on the way.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use config::Config;

use super::checks;
use super::variables::{
    AUTH0_AUDIENCE, AUTH0_DIALECT, AUTH0_ISSUER, AUTH0_PORT, CONFIG_FILE, CONTROL_ANSWER_BYTES,
    CONTROL_BODY_BYTES, CONTROL_KEYS, CONTROL_REQUESTS, CONTROL_TOKEN, DESCOPE_ISSUER_BASE,
    DESCOPE_PORT, DESCOPE_PROJECT_ID, HOST, KEYS_FILE, PERSONAS, PREFIX, ROLES_CLAIM,
    TOKEN_LIFETIME_SECONDS, VARIABLES,
};
use crate::auth0::TokenDialect;
use crate::config::{IssuerConfig, KeyOrigin};
use crate::personas::Personas;
use crate::secret::Secret;

const ONE_YEAR: u64 = 365 * 24 * 60 * 60;

/// What is set, and where faults are collected.
struct Reader<'a> {
    merged: &'a Config,
    problems: &'a mut Vec<String>,
}

/// Reads every setting; what is bad is reported and left at its default.
pub(super) fn read(merged: &Config, problems: &mut Vec<String>) -> IssuerConfig {
    let mut reader = Reader { merged, problems };
    let mut config = IssuerConfig {
        workers: 2,
        ..IssuerConfig::default()
    };
    config.descope.port = 9000;
    config.auth0.port = 9001;

    reader.parse(HOST, "an IP address", &mut config.host);
    reader.parse(
        DESCOPE_PORT,
        "a port from 0 to 65535",
        &mut config.descope.port,
    );
    reader.parse(AUTH0_PORT, "a port from 0 to 65535", &mut config.auth0.port);
    reader.replace(
        &mut config.descope.project_id,
        DESCOPE_PROJECT_ID,
        checks::project_id,
    );
    config.descope.issuer_base = reader.checked(DESCOPE_ISSUER_BASE, checks::issuer_base);
    config.auth0.issuer = reader.checked(AUTH0_ISSUER, checks::auth0_issuer);
    reader.replace(&mut config.auth0.audience, AUTH0_AUDIENCE, |_| Ok(()));
    reader.replace(
        &mut config.auth0.roles_claim,
        ROLES_CLAIM,
        checks::roles_claim,
    );
    let dialects = TokenDialect::ALL.map(TokenDialect::name).join(", ");
    if let Some(dialect) = reader.converted(
        AUTH0_DIALECT,
        &format!("one of {dialects}"),
        TokenDialect::from_name,
    ) {
        config.auth0.dialect = dialect;
    }
    if let Some(personas) = reader.personas() {
        config.personas = personas;
    }
    if let Some(path) = reader.text(KEYS_FILE) {
        config.keys = KeyOrigin::File(path.into());
    }
    config.control_token = reader.text(CONTROL_TOKEN).map(Secret::new);
    let limits = &mut config.control_limits;
    let number = "a whole number, 0 or more";
    reader.parse(CONTROL_BODY_BYTES, number, &mut limits.body_bytes);
    reader.parse(CONTROL_ANSWER_BYTES, number, &mut limits.answer_bytes);
    reader.parse(CONTROL_KEYS, number, &mut limits.keys);
    reader.parse(CONTROL_REQUESTS, number, &mut limits.requests);
    config.token_lifetime =
        reader.converted(TOKEN_LIFETIME_SECONDS, "1 to 31536000 seconds", |text| {
            text.parse()
                .ok()
                .filter(|seconds| (1..=ONE_YEAR).contains(seconds))
                .map(Duration::from_secs)
        });
    config
}

impl Reader<'_> {
    fn text(&mut self, variable: &str) -> Option<String> {
        // `config` stops at the first value of the wrong type, so each is read as text and judged here.
        self.merged
            .get_string(&key(variable))
            .ok()
            .filter(|value| !value.is_empty())
    }

    fn parse<T: FromStr>(&mut self, variable: &str, expected: &str, target: &mut T) {
        if let Some(value) = self.converted(variable, expected, |text| text.parse().ok()) {
            *target = value;
        }
    }

    fn converted<T>(
        &mut self,
        variable: &str,
        expected: &str,
        convert: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(variable)?;
        let value = convert(&text);
        if value.is_none() {
            self.problems
                .push(format!("{variable}: expected {expected}, got {text:?}"));
        }
        value
    }

    fn replace(
        &mut self,
        target: &mut String,
        variable: &str,
        check: fn(&str) -> Result<(), String>,
    ) {
        if let Some(text) = self.checked(variable, check) {
            *target = text;
        }
    }

    fn checked(&mut self, variable: &str, check: fn(&str) -> Result<(), String>) -> Option<String> {
        let text = self.text(variable)?;
        match check(&text) {
            Ok(()) => Some(text),
            Err(problem) => {
                self.problems.push(format!("{variable}: {problem}"));
                None
            }
        }
    }

    fn personas(&mut self) -> Option<Personas> {
        let path = self.text(PERSONAS)?;
        match Personas::from_file(Path::new(&path)) {
            Ok(personas) => Some(personas),
            Err(error) => {
                self.problems.extend(
                    error
                        .problems()
                        .iter()
                        .map(|problem| format!("{PERSONAS}: {problem}")),
                );
                None
            }
        }
    }
}

/// What is set in the file and read by nobody: a typing error.
pub(super) fn unknown_names(file: &Config) -> Vec<String> {
    let own = || {
        VARIABLES
            .iter()
            .filter(|variable| variable.name.starts_with(PREFIX))
    };
    let known = |name: &String| own().any(|variable| key(variable.name) == *name);
    let names = file
        .cache
        .clone()
        .into_table()
        .unwrap_or_default()
        .into_keys();
    let mut unknown: Vec<String> = names
        .filter(|name| !known(name))
        .map(|name| format!("{CONFIG_FILE}: no setting is called {name}"))
        .collect();
    unknown.sort();
    unknown
}

/// The name of a variable in the file, and for `config`.
fn key(variable: &str) -> String {
    variable.trim_start_matches(PREFIX).to_lowercase()
}
