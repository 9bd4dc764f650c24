//! What auth0-api must be told.

use identity_core::providers::{Auth0Config, Domain};
use identity_core::verification::Algorithms;
use service_kit::settings::{
    IssuerSettings, ServiceSettings, SettingName, SettingsError, SettingsReader,
};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, answers and ends.
    pub service: ServiceSettings,
    /// How Auth0 is spoken to.
    pub issuer: IssuerSettings,
    /// Whose tokens are accepted: `AUTH0_DOMAIN`, `AUTH0_API_AUDIENCE`, `AUTH0_ISSUER`, `AUTH0_ROLES_CLAIM`,
    /// `AUTH0_ALGORITHMS`.
    pub auth0: Auth0Config,
}

impl Settings {
    /// The port unless told otherwise.
    pub const DEFAULT_PORT: u16 = 8001;

    const PREFIX: &str = "AUTH0_API";

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
        let auth0 = read_auth0(reader, &issuer);
        Some(Self {
            service,
            issuer,
            auth0: auth0?,
        })
    }
}

fn read_auth0(reader: &mut SettingsReader, issuer: &IssuerSettings) -> Option<Auth0Config> {
    let domain = reader
        .own("AUTH0_DOMAIN")
        .required::<Domain>("your tenant's domain, such as dev-example.us.auth0.com");
    let audience = reader
        .own("AUTH0_API_AUDIENCE")
        .required::<String>("the identifier of your API, such as https://api.example.com");
    let address = reader.own("AUTH0_ISSUER").address(issuer);
    let roles_claim = reader.own("AUTH0_ROLES_CLAIM").text();
    let algorithms = reader.own("AUTH0_ALGORITHMS").or(Algorithms::rs256());
    if address.as_ref().is_some_and(|address| {
        !address.path().ends_with('/') || address.query().is_some() || address.fragment().is_some()
    }) {
        reader.problem("AUTH0_ISSUER cannot be used: expected an address with a slash at the end, such as https://login.example.com/");
    }
    let settings = Auth0Config::new(domain?, &audience?);
    Some(Auth0Config {
        issuer: address.map_or(settings.issuer, |address| address.to_string()),
        roles_claim: roles_claim.unwrap_or(settings.roles_claim),
        algorithms,
        ..settings
    })
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
