//! What descope-api must be told.

use std::fmt;

use identity_core::Algorithms;
use service_kit::settings::{
    IssuerSettings, ServiceSettings, SettingName, SettingsError, SettingsReader,
};
use service_kit::store::DatabaseKind;
use url::Url;

use crate::provider::ProjectId;

/// Everything that can be set. `Debug` leaves out the database's address: there may be a password in it.
#[derive(Clone)]
pub struct Settings {
    /// How the service listens, answers and ends.
    pub service: ServiceSettings,
    /// How Descope is spoken to.
    pub issuer: IssuerSettings,
    /// Whose tokens are accepted.
    pub descope: DescopeSettings,
    /// `DATABASE_URL`: where users are kept. Default `sqlite://data/descope-api.db`, a file that is made if it is
    /// missing.
    pub database_url: String,
}

/// Whose tokens are accepted.
#[derive(Debug, Clone)]
pub struct DescopeSettings {
    /// `DESCOPE_PROJECT_ID`.
    pub project_id: ProjectId,
    /// The discovery document: `DISCOVERY_URL`, or the project's at `DESCOPE_BASE_URL` or its region.
    pub discovery_url: Url,
    /// `AUDIENCE`: what `aud` must name instead of the project id. Every app of a project names the project id.
    pub audience: Option<String>,
    /// `DESCOPE_REQUIRE_AUDIENCE`: whether session tokens, which have no `aud`, are refused. Default `false`.
    pub require_audience: bool,
    /// `DESCOPE_ALGORITHMS`: default `RS256`.
    pub algorithms: Algorithms,
}

impl DescopeSettings {
    /// A project at its own region, or at `base_url`, with the defaults. Errors: `base_url` cannot have a path added.
    pub fn new(project_id: ProjectId, base_url: Option<&str>) -> Result<Self, url::ParseError> {
        let base = base_url.map_or_else(|| project_id.base_url(), str::to_owned);
        let discovery_url = Url::parse(&discovery_at(&base, &project_id))?;
        Ok(Self {
            project_id,
            discovery_url,
            audience: None,
            require_audience: false,
            algorithms: Algorithms::rs256(),
        })
    }

    /// The address that Descope's names of the project start with, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.discovery_url.origin().ascii_serialization()
    }
}

fn discovery_at(base: &str, project_id: &ProjectId) -> String {
    format!(
        "{}/{project_id}/.well-known/openid-configuration",
        base.trim_end_matches('/')
    )
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

fn read_descope(reader: &mut SettingsReader, issuer: &IssuerSettings) -> Option<DescopeSettings> {
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
    let settings = DescopeSettings::new(project_id?, base_url.as_deref()).ok()?;
    Some(DescopeSettings {
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
