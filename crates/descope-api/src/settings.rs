//! What descope-api must be told.

use identity_actix::settings::{IssuerSettings, ServiceSettings, SettingsError, SettingsReader};
use identity_core::Algorithms;
use url::Url;

use crate::provider::ProjectId;

/// Everything that can be set.
#[derive(Debug, Clone)]
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

    /// Reads a file, `.env` and the environment. Errors: everything that is missing or bad, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env("DESCOPE_API"))
    }

    /// Reads what `reader` has.
    pub fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let service = ServiceSettings::read(&mut reader, Self::DEFAULT_PORT);
        let issuer = IssuerSettings::read(&mut reader);
        let database_url = reader
            .shared("DATABASE_URL")
            .text()
            .unwrap_or_else(|| Self::DEFAULT_DATABASE_URL.to_owned());
        let descope = read_descope(&mut reader);
        reader.finish(descope.map(|descope| Self {
            service,
            issuer,
            descope,
            database_url,
        }))
    }
}

fn read_descope(reader: &mut SettingsReader) -> Option<DescopeSettings> {
    let project_id = reader
        .own("DESCOPE_PROJECT_ID")
        .required::<ProjectId>("the id of your Descope project, P...");
    let base_url = reader.own("DESCOPE_BASE_URL").optional::<Url>();
    let given = reader.shared("DISCOVERY_URL").optional::<Url>();
    let audience = reader.shared("AUDIENCE").text();
    let require_audience = reader.own("DESCOPE_REQUIRE_AUDIENCE").switch(false);
    let algorithms = reader.own("DESCOPE_ALGORITHMS").or(Algorithms::rs256());
    let project_id = project_id?;
    let discovery_url = discovery_url(reader, &project_id, base_url, given)?;
    Some(DescopeSettings {
        project_id,
        discovery_url,
        audience,
        require_audience,
        algorithms,
    })
}

/// What was given, if it is the project's and agrees with the base URL; or else the project's own.
fn discovery_url(
    reader: &mut SettingsReader,
    project_id: &ProjectId,
    base_url: Option<Url>,
    given: Option<Url>,
) -> Option<Url> {
    let base = base_url.as_ref().map_or_else(
        || project_id.base_url(),
        |url| url.origin().ascii_serialization(),
    );
    if base_url
        .as_ref()
        .is_some_and(|url| url.path() != "/" || url.query().is_some())
    {
        reader.problem("DESCOPE_BASE_URL cannot be used: expected an address without a path, such as https://auth.example.com");
        return None;
    }
    let Some(given) = given else {
        return discovery_at(&base, project_id).parse().ok();
    };
    if base_url.is_some() && given.origin().ascii_serialization() != base {
        reader.problem(format!(
            "DISCOVERY_URL and DESCOPE_BASE_URL disagree: {given} is not at {base}"
        ));
        return None;
    }
    let names_the_project = given
        .path_segments()
        .is_some_and(|mut segments| segments.any(|one| one == project_id.as_str()));
    if !names_the_project {
        reader.problem(format!(
            "DISCOVERY_URL cannot be used: {given} is not a document of project {project_id}"
        ));
        return None;
    }
    Some(given)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
