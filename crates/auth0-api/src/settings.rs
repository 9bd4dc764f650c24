//! The settings of auth0-api.

use identity_core::SettingNames;
use identity_core::providers::{Auth0Config, Domain};
use identity_core::verification::Algorithms;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::openapi::SignIn;
use service_kit::settings::{
    DocsSettings, Field, IssuerSettings, ServiceSettings, SettingsError, SettingsReader, text,
};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the service listens, responds and stops.
    pub service: ServiceSettings,
    /// How Auth0 is reached.
    pub issuer: IssuerSettings,
    /// The accepted tokens.
    pub auth0: Auth0Config,
    /// How people sign in at `/docs`; they paste a token if `None`.
    pub sign_in: Option<SignIn>,
}

/// Those that only this service has, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
struct Own {
    /// Your tenant's domain, such as dev-example.us.auth0.com.
    #[serde(default, deserialize_with = "text::optional", skip_serializing)]
    #[schemars(with = "String", extend("x-required" = true, "x-expected" = "your tenant's domain without https:// and without a path, such as dev-example.us.auth0.com"))]
    auth0_domain: Option<Domain>,
    /// The identifier of your API, such as https://api.example.com, which a token's audience must name; of several, one.
    #[schemars(extend("x-required" = true, "x-expected" = "the identifier of your API, such as https://api.example.com"))]
    auth0_api_audience: Vec<String>,
    /// The issuer with its slash at the end, for a custom domain or the local issuer; `https://{AUTH0_DOMAIN}/` if unset. Where
    /// several issue, such as the canonical and a custom domain: all of them, and discovery is fetched from the first.
    auth0_issuer: Vec<String>,
    /// The claim that an Action of your tenant puts roles into.
    auth0_roles_claim: String,
    /// The organizations whose tokens are accepted: their ids (org_..), or their names if the tenant adds them to tokens; every
    /// organization of the tenant if unset. A token of no organization is accepted in any case, and reaches none.
    auth0_organizations: Vec<String>,
    /// The signature algorithms that are accepted; asymmetric ones only.
    #[serde(with = "text::list")]
    #[schemars(with = "Vec<String>")]
    auth0_algorithms: Algorithms,
    /// Whether nothing but access tokens in the form of RFC 9068 (typ at+jwt) is accepted.
    rfc9068_only: bool,
}

impl Settings {
    /// The default port.
    pub const DEFAULT_PORT: u16 = 8001;

    const PREFIX: &str = "AUTH0_API";

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
        reader.watch("AUTH0_");
        let service =
            ServiceSettings::read(reader, Self::DEFAULT_PORT).of_version(env!("CARGO_PKG_VERSION"));
        let issuer = IssuerSettings::read(reader);
        let own = reader.group(Own {
            auth0_domain: None,
            auth0_api_audience: Vec::new(),
            auth0_issuer: Vec::new(),
            auth0_roles_claim: "https://example.com/roles".to_owned(),
            auth0_organizations: Vec::new(),
            auth0_algorithms: Algorithms::rs256(),
            rfc9068_only: false,
        });
        let issuer = IssuerSettings {
            rfc9068_only: own.rfc9068_only,
            names: SettingNames {
                audience: Some("AUTH0_API_AUDIENCE"),
                algorithms: Some("AUTH0_ALGORITHMS"),
                opaque_token: Some(
                    "a client gets one by sending the API's identifier as audience with its request",
                ),
                ..SettingNames::default()
            },
            ..issuer
        };
        let docs = DocsSettings::read(reader);
        let auth0 = auth0(reader, own, &issuer)?;
        Some(Self {
            service,
            issuer,
            sign_in: docs.sign_in(reader, Some(auth0.sign_in_endpoints())),
            auth0,
        })
    }
}

fn auth0(reader: &mut SettingsReader, own: Own, issuer: &IssuerSettings) -> Option<Auth0Config> {
    let mut issuers = Vec::new();
    for text in &own.auth0_issuer {
        let address = issuer.address(reader, "auth0_issuer", Some(text));
        if address.as_ref().is_some_and(|address| {
            !address.path().ends_with('/')
                || address.query().is_some()
                || address.fragment().is_some()
        }) {
            let expected =
                "expected an address with a slash at the end, such as https://login.example.com/";
            reader.unusable("auth0_issuer", expected);
        }
        issuers.extend(address.map(|address| address.to_string()));
    }
    if own.auth0_roles_claim.contains(',') {
        reader.unusable("auth0_roles_claim", "expected one claim");
    }
    let (mut issuers, mut audiences) = (issuers.into_iter(), own.auth0_api_audience.into_iter());
    let config = Auth0Config::new(own.auth0_domain?, &audiences.next()?);
    Some(Auth0Config {
        other_audiences: audiences.collect(),
        issuer: issuers.next().unwrap_or(config.issuer),
        other_issuers: issuers.collect(),
        roles_claim: own.auth0_roles_claim,
        organizations: own.auth0_organizations,
        algorithms: own.auth0_algorithms,
        ..config
    })
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
