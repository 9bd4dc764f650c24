//! The settings of billing-api.

use identity_core::providers::OidcConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::openapi::SignIn;
use service_kit::settings::{
    DocsSettings, Field, IssuerSettings, ServiceSettings, SettingsError, SettingsReader,
};
use service_kit::store::DatabaseConfig;
use url::Url;

use crate::introspection::{Introspection, IntrospectionSettings};
use crate::issuers;
use crate::tokens::{self, TokenSettings};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, responds and stops.
    pub service: ServiceSettings,
    /// How the issuer is reached.
    pub issuer: IssuerSettings,
    /// The accepted tokens, and which of their claims grant what.
    pub oidc: OidcConfig,
    /// Other issuers, each with keys of its own.
    pub other_issuers: Vec<OidcConfig>,
    /// How opaque tokens are introspected; they are refused if `None`.
    pub introspection: Option<Introspection>,
    /// Where invoices are kept. `DATABASE_URL` is by default `sqlite://data/billing-api.db`, a file that is made if it is missing.
    pub database: DatabaseConfig,
    /// `LOGIN_URL`: where the Authorize dialog at `/docs` gets a token for a name and a password (RFC 6749, section 4.3).
    /// Default: nowhere, and the dialog takes a token alone.
    pub login_url: Option<Url>,
    /// How people sign in at `/docs` at the issuer's own page; not there if `None`.
    pub sign_in: Option<SignIn>,
}

/// Those that only this service has, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "requests"))]
struct Own {
    /// The address where the Authorize dialog at /docs signs in with a name and a password, such as
    /// http://localhost:8002/user/login; nowhere if unset. That issuer must allow the page's origin.
    login_url: Option<String>,
}

impl Settings {
    /// The default port.
    pub const DEFAULT_PORT: u16 = 8003;

    const PREFIX: &str = "BILLING_API";

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
        let service =
            ServiceSettings::read(reader, Self::DEFAULT_PORT).of_version(env!("CARGO_PKG_VERSION"));
        let issuer = IssuerSettings::read(reader);
        let own = reader.group(Own { login_url: None });
        let accepted = TokenSettings::read(reader);
        let introspection = IntrospectionSettings::read(reader);
        let database =
            DatabaseConfig::read(reader, DatabaseConfig::at("sqlite://data/billing-api.db"));
        let issuer = IssuerSettings {
            rfc9068_only: accepted.rfc9068_only,
            names: tokens::NAMES,
            ..issuer
        };
        let login_url = issuer.address(reader, "login_url", own.login_url.as_deref());
        let names = accepted.other_issuers.clone();
        let oidc = accepted.oidc(reader, &issuer);
        let others = oidc
            .as_ref()
            .map(|oidc| issuers::others(reader, &names, oidc, &issuer));
        let introspection = introspection.introspection(reader, &issuer);
        let sign_in = DocsSettings::read(reader).sign_in(reader, None);
        Some(Self {
            service,
            issuer,
            oidc: oidc?,
            other_issuers: others?,
            introspection,
            database,
            login_url,
            sign_in,
        })
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
