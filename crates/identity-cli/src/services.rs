//! The services whose settings are known.

use std::sync::Arc;

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use identity_actix::AccessTable;
use identity_core::providers::{Auth0, Descope, Oidc};
use identity_core::verification::AudienceRule;
use identity_core::{Authenticator, Provider};
use service_kit::settings::IssuerSettings;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceName {
    /// Behind Descope.
    #[value(name = "descope-api")]
    Descope,
    /// Behind Auth0.
    #[value(name = "auth0-api")]
    Auth0,
    /// Behind any issuer.
    #[value(name = "billing-api")]
    Billing,
}

/// A service as its settings make it.
pub struct Service {
    /// Which one.
    pub name: ServiceName,
    /// How its issuer is reached.
    pub issuer: IssuerSettings,
    /// Its issuer.
    pub provider: Arc<dyn Provider>,
    /// It accepts the same tokens as the service.
    pub authenticator: Authenticator,
    /// Which rule each route has.
    pub access: AccessTable,
}

impl ServiceName {
    /// Reads the settings of this service, as the service does. Must be called inside a tokio runtime. Errors: what is
    /// missing, bad or unknown.
    pub fn read(self) -> Result<Service> {
        let (issuer, provider, authenticator, access): (_, Arc<dyn Provider>, _, _) = match self {
            Self::Descope => {
                let settings = descope_api::Settings::from_env()?;
                let provider = Arc::new(Descope::new(settings.descope));
                let authenticator = settings.issuer.authenticator(Arc::clone(&provider))?;
                (
                    settings.issuer,
                    provider,
                    authenticator,
                    descope_api::access(),
                )
            }
            Self::Auth0 => {
                let settings = auth0_api::Settings::from_env()?;
                let provider = Arc::new(Auth0::new(settings.auth0)?);
                let authenticator = settings.issuer.authenticator(Arc::clone(&provider))?;
                (
                    settings.issuer,
                    provider,
                    authenticator,
                    auth0_api::access(),
                )
            }
            Self::Billing => {
                let settings = billing_api::Settings::from_env()?;
                let authenticator = billing_api::server::authenticator(&settings)?.build()?;
                let provider = Arc::new(Oidc::new(settings.oidc)?);
                (
                    settings.issuer,
                    provider,
                    authenticator,
                    billing_api::access(),
                )
            }
        };
        Ok(Service {
            name: self,
            issuer,
            provider,
            authenticator,
            access,
        })
    }

    /// Returns the settings that say which tokens are accepted.
    pub fn settings(self) -> &'static str {
        match self {
            Self::Descope => "DESCOPE_PROJECT_ID, DESCOPE_BASE_URL and AUDIENCE",
            Self::Auth0 => "AUTH0_DOMAIN, AUTH0_ISSUER and AUTH0_API_AUDIENCE",
            Self::Billing => "ISSUER, AUDIENCE and CLIENTS",
        }
    }

    /// Returns where the provider's console has its clients.
    pub fn console(self) -> &'static str {
        match self {
            Self::Descope => "an inbound app or an access key (console: Inbound Apps, Access Keys)",
            Self::Auth0 => {
                "a machine-to-machine application that is authorized for the API (dashboard: Applications, and the API's Machine to Machine tab)"
            }
            Self::Billing => "a client of the issuer",
        }
    }
}

impl std::fmt::Display for ServiceName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        formatter.write_str(value.as_ref().map_or("", PossibleValue::get_name))
    }
}

impl Service {
    /// Returns the audience to ask a token for; Descope takes none.
    pub fn audience(&self) -> Option<String> {
        match self.provider.verification().audience {
            AudienceRule::Required(names) if self.name != ServiceName::Descope => {
                names.first().cloned()
            }
            _ => None,
        }
    }
}
