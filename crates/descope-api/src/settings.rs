//! What descope-api must be told.

use std::fmt;

use identity_core::providers::{DescopeConfig, ProjectId};
use identity_core::verification::Algorithms;
use service_kit::settings::{
    IssuerSettings, ServiceSettings, SettingName, SettingsError, SettingsReader,
};
use service_kit::store::DatabaseKind;
use url::Url;

/// Everything that can be set. `Debug` leaves out the database's address: there may be a password in it.
#[derive(Clone)]
pub struct Settings {
    /// How the service listens, answers and ends.
    pub service: ServiceSettings,
    /// How Descope is spoken to.
    pub issuer: IssuerSettings,
    /// Whose tokens are accepted: `DESCOPE_PROJECT_ID`, `DESCOPE_BASE_URL` or `DISCOVERY_URL`, `AUDIENCE`,
    /// `DESCOPE_REQUIRE_AUDIENCE`, `DESCOPE_ALGORITHMS`.
    pub descope: DescopeConfig,
    /// `DATABASE_URL`: where users are kept. Default `sqlite://data/descope-api.db`, a file that is made if it is
    /// missing.
    pub database_url: String,
}

impl Settings {
    /// The port unless told otherwise.
    pub const DEFAULT_PORT: u16 = 8000;
    const DEFAULT_DATABASE_URL: &str = "sqlite://data/descope-api.db";

    const PREFIX: &str = "DESCOPE_API";

    /// Reads a file, `.env` and the environment. Errors: everything that is missing or bad, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(Self::PREFIX))
    }

    /// Reads what `reader` has.
    pub fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let settings = Self::ask(&mut reader);
        reader.finish(settings)
    }

    /// The names of all settings.
    pub fn names() -> Vec<SettingName> {
        let mut reader = SettingsReader::from_values(Self::PREFIX, []);
        // Without values there are no settings: it is the questions that count.
        drop(Self::ask(&mut reader));
        reader.asked().to_vec()
    }

    fn ask(reader: &mut SettingsReader) -> Option<Self> {
        let service = ServiceSettings::read(reader, Self::DEFAULT_PORT);
        let issuer = IssuerSettings::read(reader);
        if issuer.rfc_9068_only {
            reader.problem("RFC9068_ONLY cannot be used: no token of Descope has the type at+jwt, so that every one would be refused");
        }
        let database_url = reader
            .shared("DATABASE_URL")
            .text()
            .unwrap_or_else(|| Self::DEFAULT_DATABASE_URL.to_owned());
        if let Err(error) = DatabaseKind::of(&database_url) {
            reader.problem(error.to_string());
        }
        let descope = read_descope(reader, &issuer);
        Some(Self {
            service,
            issuer,
            descope: descope?,
            database_url,
        })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("service", &self.service)
            .field("issuer", &self.issuer)
            .field("descope", &self.descope)
            .finish_non_exhaustive()
    }
}

fn read_descope(reader: &mut SettingsReader, issuer: &IssuerSettings) -> Option<DescopeConfig> {
    let project_id = reader
        .own("DESCOPE_PROJECT_ID")
        .required::<ProjectId>("the id of your Descope project, P...");
    let base_url = base_url(reader, issuer);
    let discovery_url = reader.shared("DISCOVERY_URL").address(issuer);
    let audience = reader.shared("AUDIENCE").text();
    let require_audience = reader.own("DESCOPE_REQUIRE_AUDIENCE").switch(false);
    let algorithms = reader.own("DESCOPE_ALGORITHMS").or(Algorithms::rs256());
    check_discovery_url(
        reader,
        discovery_url.as_ref(),
        project_id.as_ref(),
        base_url.as_deref(),
    );
    let settings = DescopeConfig::new(project_id?, base_url.as_deref()).ok()?;
    Some(DescopeConfig {
        discovery_url: discovery_url.unwrap_or(settings.discovery_url),
        audience,
        require_audience,
        algorithms,
        ..settings
    })
}

/// The scheme, host and port that Descope's addresses start with.
fn base_url(reader: &mut SettingsReader, issuer: &IssuerSettings) -> Option<String> {
    let url = reader.own("DESCOPE_BASE_URL").address(issuer)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        reader.problem("DESCOPE_BASE_URL cannot be used: expected an address without a path, such as https://auth.example.com");
    }
    Some(url.origin().ascii_serialization())
}

/// Where a discovery document is told, it must be the project's, and agree with the base URL if that is told as well.
fn check_discovery_url(
    reader: &mut SettingsReader,
    discovery_url: Option<&Url>,
    project_id: Option<&ProjectId>,
    base_url: Option<&str>,
) {
    let Some(discovery_url) = discovery_url else {
        return;
    };
    let names = |project_id: &ProjectId| {
        discovery_url
            .path_segments()
            .is_some_and(|mut segments| segments.any(|one| one == project_id.as_str()))
    };
    if let Some(base_url) = base_url
        && discovery_url.origin().ascii_serialization() != base_url
    {
        reader.problem(format!(
            "DISCOVERY_URL and DESCOPE_BASE_URL disagree: expected a document at {base_url}"
        ));
    }
    if let Some(project_id) = project_id
        && !names(project_id)
    {
        reader.problem(format!(
            "DISCOVERY_URL cannot be used: expected a document of project {project_id}, with the id in its path"
        ));
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
