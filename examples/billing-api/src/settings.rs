//! What billing-api must be told.

use std::fmt;

use identity_core::providers::OidcConfig;
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
    /// How the issuer is spoken to.
    pub issuer: IssuerSettings,
    /// Whose tokens are accepted, and which of their claims grant what: `ISSUER`, `JWKS_URL`, `AUDIENCE`, `SCOPES_CLAIM`,
    /// `ROLES_CLAIM`, `ALGORITHMS`.
    pub oidc: OidcConfig,
    /// `DATABASE_URL`: where invoices are kept. Default `sqlite://data/billing-api.db`, a file that is made if it is
    /// missing.
    pub database_url: String,
    /// `LOGIN_URL`: where the Authorize dialog at `/docs` gets a token for a name and a password (RFC 6749, section 4.3).
    /// Default: nowhere, and the dialog takes a token alone.
    pub login_url: Option<Url>,
}

/// Returns the configuration of an issuer as the auth-server is one: its own name is the audience of its tokens, and the
/// scopes are a list in `scopes`.
pub fn oidc_config(issuer: &str) -> OidcConfig {
    OidcConfig {
        scopes_claim: "scopes".to_owned(),
        ..OidcConfig::new(issuer, issuer)
    }
}

impl Settings {
    /// The port unless told otherwise.
    pub const DEFAULT_PORT: u16 = 8003;
    const DEFAULT_DATABASE_URL: &str = "sqlite://data/billing-api.db";

    const PREFIX: &str = "BILLING_API";

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
        let database_url = reader
            .shared("DATABASE_URL")
            .text()
            .unwrap_or_else(|| Self::DEFAULT_DATABASE_URL.to_owned());
        if let Err(error) = DatabaseKind::of(&database_url) {
            reader.problem(error.to_string());
        }
        let login_url = reader.shared("LOGIN_URL").address(&issuer);
        let oidc = read_oidc(reader, &issuer);
        Some(Self {
            service,
            issuer,
            oidc: oidc?,
            database_url,
            login_url,
        })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("service", &self.service)
            .field("issuer", &self.issuer)
            .field("oidc", &self.oidc)
            .finish_non_exhaustive()
    }
}

fn read_oidc(reader: &mut SettingsReader, issuer: &IssuerSettings) -> Option<OidcConfig> {
    let name = reader.shared("ISSUER").required::<String>(
        "the issuer of the tokens, exactly as iss says it, such as https://id.example.com",
    );
    let jwks_url = reader.shared("JWKS_URL").address(issuer);
    let audience = reader.shared("AUDIENCE").text();
    let scopes_claim = reader.shared("SCOPES_CLAIM").text();
    let roles_claim = reader.shared("ROLES_CLAIM").text();
    let algorithms = reader.shared("ALGORITHMS").or(Algorithms::rs256());
    if let (Some(name), None) = (&name, &jwks_url)
        && let Some(expected) = unfit_for_discovery(name, issuer)
    {
        reader.problem(format!("ISSUER cannot be used: {expected}"));
    }
    let settings = oidc_config(&name?);
    Some(OidcConfig {
        jwks_url,
        audience: audience.unwrap_or(settings.audience),
        scopes_claim: scopes_claim.unwrap_or(settings.scopes_claim),
        roles_claim: roles_claim.unwrap_or(settings.roles_claim),
        algorithms,
        ..settings
    })
}

/// Why the discovery document of this issuer cannot be fetched. The text itself is kept as it is, because `iss` is
/// compared with it exactly, and an address that was read may be written differently.
fn unfit_for_discovery(name: &str, issuer: &IssuerSettings) -> Option<&'static str> {
    let Some(url) = Url::parse(name).ok().filter(Url::has_host) else {
        return Some(
            "expected an address, such as https://id.example.com; only with JWKS_URL it may be another text",
        );
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("expected an address without a user and a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("expected an address without a query and a fragment");
    }
    (!issuer.http.allows(&url)).then_some(
        "expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_ISSUER names",
    )
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
