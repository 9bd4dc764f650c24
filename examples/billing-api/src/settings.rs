//! The settings of billing-api.

use identity_core::providers::OidcConfig;
use identity_core::verification::Algorithms;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::settings::{
    Field, IssuerSettings, ServiceSettings, SettingsError, SettingsReader, text,
};
use service_kit::store::DatabaseConfig;
use url::Url;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, responds and stops.
    pub service: ServiceSettings,
    /// How the issuer is reached.
    pub issuer: IssuerSettings,
    /// The accepted tokens, and which of their claims grant what.
    pub oidc: OidcConfig,
    /// Where invoices are kept. `DATABASE_URL` is by default `sqlite://data/billing-api.db`, a file that is made if it is missing.
    pub database: DatabaseConfig,
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

/// Those that only this service has, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Own {
    /// The issuer of the tokens, exactly as `iss` says it, such as http://localhost:8002 for the auth-server.
    #[schemars(extend("x-required" = true, "x-expected" = "the issuer of the tokens, exactly as iss says it, such as https://id.example.com"))]
    issuer: Option<String>,
    /// The address of the key set, for an issuer without a discovery document, or at another address than it says; discovery
    /// if unset.
    jwks_url: Option<String>,
    /// The audience that a token must name; the issuer if unset.
    audience: Option<String>,
    /// The claim that grants scopes: one top-level claim, whatever dots and slashes its name has.
    scopes_claim: String,
    /// The claim that lists roles: one top-level claim, whatever dots and slashes its name has.
    roles_claim: String,
    /// The signature algorithms that are accepted; asymmetric ones only.
    #[serde(with = "text::list")]
    #[schemars(with = "Vec<String>")]
    algorithms: Algorithms,
    /// Whether nothing but access tokens in the form of RFC 9068 (typ at+jwt) is accepted.
    rfc9068_only: bool,
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
        let service = ServiceSettings::read(reader, Self::DEFAULT_PORT);
        let issuer = IssuerSettings::read(reader);
        let defaults = oidc_config("");
        let own = reader.group(Own {
            issuer: None,
            jwks_url: None,
            audience: None,
            scopes_claim: defaults.scopes_claim,
            roles_claim: defaults.roles_claim,
            algorithms: Algorithms::rs256(),
            rfc9068_only: false,
            login_url: None,
        });
        let database =
            DatabaseConfig::read(reader, DatabaseConfig::at("sqlite://data/billing-api.db"));
        let issuer = IssuerSettings {
            rfc9068_only: own.rfc9068_only,
            ..issuer
        };
        let login_url = issuer.address(reader, "login_url", own.login_url.as_deref());
        let oidc = oidc(reader, own, &issuer);
        Some(Self {
            service,
            issuer,
            oidc: oidc?,
            database,
            login_url,
        })
    }
}

fn oidc(reader: &mut SettingsReader, own: Own, issuer: &IssuerSettings) -> Option<OidcConfig> {
    let jwks_url = issuer.address(reader, "jwks_url", own.jwks_url.as_deref());
    let name = own.issuer?;
    if own.jwks_url.is_none()
        && let Some(expected) = unfit_for_discovery(&name, issuer)
    {
        reader.unusable("issuer", expected);
    }
    let settings = oidc_config(&name);
    Some(OidcConfig {
        jwks_url,
        audience: own.audience.unwrap_or(settings.audience),
        scopes_claim: own.scopes_claim,
        roles_claim: own.roles_claim,
        algorithms: own.algorithms,
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
    if url.query().is_some() || url.fragment().is_some() {
        return Some("expected an address without a query and a fragment");
    }
    issuer.fetchable(name).err()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
