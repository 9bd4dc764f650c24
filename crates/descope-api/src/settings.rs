//! The settings of descope-api.

use identity_core::SettingNames;
use identity_core::providers::{DescopeConfig, ProjectId};
use identity_core::verification::Algorithms;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::openapi::SignIn;
use service_kit::settings::{
    DocsSettings, Field, IssuerSettings, ServiceSettings, SettingsError, SettingsReader, text,
};
use service_kit::store::DatabaseConfig;
use url::Url;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, responds and stops.
    pub service: ServiceSettings,
    /// How Descope is reached.
    pub issuer: IssuerSettings,
    /// The accepted tokens.
    pub descope: DescopeConfig,
    /// Where users are kept. `DATABASE_URL` is by default `sqlite://data/descope-api.db`, a file that is made if it is missing.
    pub database: DatabaseConfig,
    /// How people sign in at `/docs`; they paste a token if `None`.
    pub sign_in: Option<SignIn>,
}

/// Those that only this service has, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
struct Own {
    /// The id of your Descope project: P and letters and digits, from the project's settings page.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-required" = true, "x-expected" = "the id of your Descope project, P..."))]
    descope_project_id: Option<ProjectId>,
    /// The address of Descope, for a custom domain or the local issuer; that of the project's region, which its id names, if
    /// unset.
    descope_base_url: Option<String>,
    /// The discovery document of the project; `{base URL}/{project id}/.well-known/openid-configuration` if unset.
    discovery_url: Option<String>,
    /// The tenants whose own issuers, `{base URL}/v1/apps/{project id}/{tenant}`, are accepted as well, by id.
    descope_tenant_issuers: Vec<String>,
    /// The MCP servers whose own issuers, `{base URL}/v1/apps/agentic/{project id}/{server}`, are accepted as well, by id.
    descope_mcp_servers: Vec<String>,
    /// The audiences of which a token must name one, instead of the project id, which every app of the project has. Session
    /// tokens, which have no audience, are then refused, unless the project id is the only one.
    audience: Vec<String>,
    /// Whether tokens without an audience are refused, as session tokens are.
    descope_require_audience: bool,
    /// The signature algorithms that are accepted; asymmetric ones only.
    #[serde(with = "text::list")]
    #[schemars(with = "Vec<String>")]
    descope_algorithms: Algorithms,
}

impl Settings {
    /// The default port.
    pub const DEFAULT_PORT: u16 = 8000;

    const PREFIX: &str = "DESCOPE_API";

    /// Reads a file, `.env` and the environment. Errors: everything that is missing, bad or unknown, at once.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(SettingsReader::from_env(Self::PREFIX))
    }

    /// Reads what `reader` has.
    pub fn read(mut reader: SettingsReader) -> Result<Self, SettingsError> {
        let settings = Self::read_groups(&mut reader);
        reader.finish(settings)
    }

    /// Returns all settings that there are.
    pub fn fields() -> Vec<Field> {
        let mut reader = SettingsReader::from_values(Self::PREFIX, []);
        drop(Self::read_groups(&mut reader));
        reader.fields().to_vec()
    }

    fn read_groups(reader: &mut SettingsReader) -> Option<Self> {
        reader.watch("DESCOPE_");
        let service =
            ServiceSettings::read(reader, Self::DEFAULT_PORT).of_version(env!("CARGO_PKG_VERSION"));
        let issuer = IssuerSettings {
            names: SettingNames {
                audience: Some("AUDIENCE"),
                algorithms: Some("DESCOPE_ALGORITHMS"),
                ..SettingNames::default()
            },
            ..IssuerSettings::read(reader)
        };
        let own = reader.group(Own {
            descope_project_id: None,
            descope_base_url: None,
            discovery_url: None,
            descope_tenant_issuers: Vec::new(),
            descope_mcp_servers: Vec::new(),
            audience: Vec::new(),
            descope_require_audience: false,
            descope_algorithms: Algorithms::rs256(),
        });
        let database =
            DatabaseConfig::read(reader, DatabaseConfig::at("sqlite://data/descope-api.db"));
        let docs = DocsSettings::read(reader);
        let descope = descope(reader, own, &issuer)?;
        Some(Self {
            service,
            issuer,
            sign_in: docs.sign_in(reader, Some(descope.sign_in_endpoints())),
            descope,
            database,
        })
    }
}

fn descope(
    reader: &mut SettingsReader,
    own: Own,
    issuer: &IssuerSettings,
) -> Option<DescopeConfig> {
    let base_url = own.descope_base_url.as_deref();
    let base_url = issuer.address(reader, "descope_base_url", base_url);
    if base_url
        .as_ref()
        .is_some_and(|url| url.path() != "/" || url.query().is_some() || url.fragment().is_some())
    {
        let expected = "expected an address without a path, such as https://auth.example.com";
        reader.unusable("descope_base_url", expected);
    }
    let base_url = base_url.map(|url| url.origin().ascii_serialization());
    let discovery_url = own.discovery_url.as_deref();
    let discovery_url = issuer.address(reader, "discovery_url", discovery_url);
    for (setting, ids) in [
        ("descope_tenant_issuers", &own.descope_tenant_issuers),
        ("descope_mcp_servers", &own.descope_mcp_servers),
    ] {
        let is_id = |id: &String| id.chars().all(|one| one.is_ascii_alphanumeric());
        if !ids.iter().all(is_id) {
            reader.unusable(setting, "expected ids of Descope: letters and digits");
        }
    }
    let project_id = own.descope_project_id;
    check_discovery_url(
        reader,
        discovery_url.as_ref(),
        project_id.as_ref(),
        base_url.as_deref(),
    );
    let settings = DescopeConfig::new(project_id?, base_url.as_deref()).ok()?;
    Some(DescopeConfig {
        discovery_url: discovery_url.unwrap_or(settings.discovery_url),
        tenant_issuers: own.descope_tenant_issuers,
        mcp_servers: own.descope_mcp_servers,
        audiences: own.audience,
        require_audience: own.descope_require_audience,
        algorithms: own.descope_algorithms,
        ..settings
    })
}

/// A discovery document that is given must be the project's, and agree with the base URL if that is given as well.
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
        let expected =
            format!("expected a document of project {project_id}, with the id in its path");
        reader.unusable("discovery_url", &expected);
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
