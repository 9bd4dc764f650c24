//! Settings of the suite.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::settings::{Field, SettingsError, SettingsReader};

use crate::kind::ServiceKind;

/// How a suite is run.
pub struct SuiteSettings {
    /// `BASE_URL`: where the service under test is. In this process if unset.
    pub base_url: Option<String>,
    /// `LIVE=1`: tokens come from the real provider, for this client.
    pub live: Option<LiveClient>,
}

/// The client that requests a token from the real provider.
pub struct LiveClient {
    /// `CLIENT_ID`.
    pub id: String,
    /// `CLIENT_SECRET`; at Descope an access key.
    pub secret: String,
    /// `SCOPE`: what is asked for; what the provider gives by default if unset.
    pub scope: Option<String>,
}

/// All of them, as they are written.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Written {
    /// 1 takes tokens from the real provider, for the client below.
    #[schemars(extend("x-expected" = "1 for the real provider, or 0 for the local issuer"))]
    live: Option<String>,
    /// The address of the service under test, such as http://localhost:8000; in the process of the tests if unset.
    base_url: Option<String>,
    /// With LIVE=1: the id of a machine-to-machine client at the real provider.
    client_id: Option<String>,
    /// With LIVE=1: that client's secret; at Descope an access key.
    #[schemars(extend("x-secret" = true))]
    client_secret: Option<String>,
    /// With LIVE=1: the scopes to ask for, with spaces between them; what the provider gives by default if unset.
    scope: Option<String>,
}

impl SuiteSettings {
    /// Reads `.env` and the environment. Errors: everything that is missing or bad, at once.
    pub fn from_env(kind: ServiceKind) -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(&Self::prefix(kind)))
    }

    /// Reads what `reader` has.
    fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let written = reader.group(Written::default());
        let settings = written.checked(&mut reader);
        reader.finish(settings)
    }

    /// Returns all settings that there are.
    pub fn fields(kind: ServiceKind) -> Vec<Field> {
        let mut reader = SettingsReader::from_values(&Self::prefix(kind), []);
        reader.group(Written::default());
        reader.fields().to_vec()
    }

    /// Returns the name before two underscores, such as `DESCOPE_API_TEST`: the service itself has none of these settings.
    pub fn prefix(kind: ServiceKind) -> String {
        format!("{}_TEST", kind.prefix())
    }
}

impl Written {
    fn checked(self, reader: &mut SettingsReader) -> Option<SuiteSettings> {
        let base_url = self.base_url.map(|url| plain_http(&url));
        if base_url == Some(None) {
            reader.unusable(
                "base_url",
                "expected http://, a host and a port, such as http://localhost:8000; the suite also sends what no HTTP client would, and knows no TLS",
            );
        }
        let live = match self.live.as_deref() {
            Some("1" | "true") => Some(LiveClient {
                id: required(
                    reader,
                    "CLIENT_ID is not set: the id of a machine-to-machine client at the real provider",
                    self.client_id,
                ),
                secret: required(
                    reader,
                    "CLIENT_SECRET is not set: that client's secret; at Descope an access key",
                    self.client_secret,
                ),
                scope: self.scope,
            }),
            None | Some("0" | "false") => None,
            Some(_) => {
                reader.unusable(
                    "live",
                    "expected 1 for the real provider, or 0 for the local issuer",
                );
                None
            }
        };
        Some(SuiteSettings {
            base_url: base_url.flatten(),
            live,
        })
    }
}

fn required(reader: &mut SettingsReader, problem: &str, value: Option<String>) -> String {
    value.unwrap_or_else(|| {
        reader.problem(problem);
        String::new()
    })
}

/// Requests are also written byte by byte, so this is plain HTTP.
fn plain_http(text: &str) -> Option<String> {
    let authority = text.strip_prefix("http://")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    has_port(authority).then(|| format!("http://{authority}"))
}

fn has_port(authority: &str) -> bool {
    let split = authority.rsplit_once(':');
    split.is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains(['/', '@', '?', '#']) && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<SuiteSettings, SettingsError> {
        let pairs = pairs.iter().copied();
        SuiteSettings::read(SettingsReader::from_values("DESCOPE_API_TEST", pairs))
    }

    #[test]
    fn bad_values_are_all_told_at_once_and_by_name() {
        type Pairs = &'static [(&'static str, &'static str)];
        #[rustfmt::skip]
        let rows: [(Pairs, &[&str]); 7] = [
            (&[("LIVE", "yes")], &["LIVE"]),
            (&[("LIVE", "1")], &["CLIENT_ID", "CLIENT_SECRET"]),
            (&[("LIVE", "1"), ("CLIENT_ID", "me")], &["CLIENT_SECRET"]),
            (&[("BASE_URL", "localhost:8000")], &["BASE_URL"]),
            (&[("BASE_URL", "https://api.example.com")], &["BASE_URL"]),
            (&[("BASE_URL", "http://host/path:1")], &["BASE_URL"]),
            (&[("BASE_URL", "http://host"), ("LIVE", "perhaps")], &["BASE_URL", "LIVE"]),
        ];
        for (pairs, named) in rows {
            let error = read(pairs).err().expect("an error");
            let problems = error.problems();
            let first_words = problems
                .iter()
                .filter_map(|problem| problem.split(' ').next());
            let first_words: Vec<_> = first_words.map(|word| word.trim_end_matches(':')).collect();
            assert_eq!(first_words, named, "{problems:?}");
        }
    }

    #[test]
    fn credentials_without_live_are_not_used() {
        for live in ["", "0"] {
            let settings = read(&[
                ("LIVE", live),
                ("CLIENT_ID", "me"),
                ("CLIENT_SECRET", "mine"),
            ]);
            assert!(settings.expect("settings").live.is_none());
        }
    }

    #[test]
    fn base_url_loses_its_slash_and_the_services_own_name_wins() {
        let settings = read(&[
            ("BASE_URL", "http://other:1"),
            ("DESCOPE_API_TEST__BASE_URL", "http://descope-api:8000/"),
        ]);
        let base_url = settings.expect("settings").base_url;
        assert_eq!(base_url.as_deref(), Some("http://descope-api:8000"));
    }
}
