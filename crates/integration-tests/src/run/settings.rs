//! The settings of the suite itself.

use std::str::FromStr;

use service_kit::settings::{SettingName, SettingsError, SettingsReader};

use crate::kind::ServiceKind;

/// How a suite is run.
pub struct SuiteSettings {
    /// `BASE_URL`: where the service under test is. In this process if unset.
    pub base_url: Option<String>,
    /// `LIVE=1`: tokens come from the real provider, for this client.
    pub live: Option<LiveClient>,
}

/// The client of the real provider.
pub struct LiveClient {
    /// `CLIENT_ID`.
    pub id: String,
    /// `CLIENT_SECRET`; at Descope an access key.
    pub secret: String,
    /// `SCOPE`: the requested scopes; what the provider gives by default if unset.
    pub scope: Option<String>,
}

impl SuiteSettings {
    /// Reads `.env` and the environment. Errors: everything that is missing or bad, at once.
    pub fn from_env(kind: ServiceKind) -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(kind.prefix()))
    }

    fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let settings = Self::ask(&mut reader);
        reader.finish(settings)
    }

    /// The names of all settings.
    pub fn names(kind: ServiceKind) -> Vec<SettingName> {
        // The client's settings are read in live mode only.
        let mut reader = SettingsReader::from_values(kind.prefix(), [("LIVE", "1")]);
        drop(Self::ask(&mut reader));
        reader.asked().to_vec()
    }

    fn ask(reader: &mut SettingsReader) -> Option<Self> {
        let base_url = reader.shared("BASE_URL").optional::<BaseUrl>();
        let live = reader.own("LIVE").optional::<Switch>();
        let live = match live {
            Some(Switch(true)) => Some(LiveClient::ask(reader)?),
            _ => None,
        };
        Some(Self {
            base_url: base_url.map(|url| url.0),
            live,
        })
    }
}

impl LiveClient {
    fn ask(reader: &mut SettingsReader) -> Option<Self> {
        let id = reader
            .shared("CLIENT_ID")
            .required("the id of a machine-to-machine client at the real provider");
        let secret = reader
            .shared("CLIENT_SECRET")
            .required("that client's secret; at Descope an access key");
        let scope = reader.shared("SCOPE").text();
        Some(Self {
            id: id?,
            secret: secret?,
            scope,
        })
    }
}

/// `1` and `true`, `0` and `false`.
struct Switch(bool);

impl FromStr for Switch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "1" | "true" => Ok(Self(true)),
            "0" | "false" => Ok(Self(false)),
            _ => Err("expected 1 for the real provider, or 0 for the local issuer"),
        }
    }
}

/// Requests are also written byte by byte, so this is plain HTTP.
struct BaseUrl(String);

impl FromStr for BaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let authority = text.strip_prefix("http://").unwrap_or_default();
        let (host, port) = authority.rsplit_once(':').unwrap_or_default();
        let is_host = !host.is_empty() && !host.contains(['/', '@', '?', '#']);
        if is_host && port.parse::<u16>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err(
            "expected http://, a host and a port, such as http://localhost:8000; the suite also sends what no HTTP client would, and knows no TLS",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<SuiteSettings, SettingsError> {
        let pairs = pairs.iter().copied();
        SuiteSettings::read(SettingsReader::from_values("DESCOPE_API", pairs))
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
            ("DESCOPE_API_BASE_URL", "http://descope-api:8000/"),
        ]);
        let base_url = settings.expect("settings").base_url;
        assert_eq!(base_url.as_deref(), Some("http://descope-api:8000"));
    }
}
