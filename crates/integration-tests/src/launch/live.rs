//! A real provider, as the service's own settings name it.

use anyhow::{Result, bail};
use identity_core::Provider;
use identity_core::discovery::DiscoveryConfig;
use identity_core::http::HttpConfig;
use identity_core::keys::KeyAddress;
use identity_core::providers::{Auth0, Descope, Oidc};
use service_kit::BoundServer;
use service_kit::settings::{ServiceSettings, SettingsReader, Signals};

use super::kind::ServiceKind;
use crate::target::GrantClaims;

/// What a service and a client have to know of the provider.
#[derive(Clone)]
pub(crate) struct LiveProvider {
    settings: Settings,
    pub(crate) discovery: DiscoveryConfig,
    pub(crate) http: HttpConfig,
    /// What a token has to be asked for, where the provider wants to know.
    pub(crate) audience: Option<String>,
    pub(crate) grants: GrantClaims,
}

#[derive(Clone)]
enum Settings {
    Descope(descope_api::Settings),
    Auth0(auth0_api::Settings),
    Billing(billing_api::Settings),
}

impl LiveProvider {
    /// From the settings that the service itself would read.
    pub(crate) fn from_env(kind: ServiceKind) -> Result<Self> {
        let reader = SettingsReader::from_env(kind.prefix());
        Ok(match kind {
            ServiceKind::DescopeApi => {
                let settings = descope_api::Settings::read(reader)?;
                Self {
                    discovery: Descope::new(settings.descope.clone()).discovery(),
                    http: settings.issuer.http.clone(),
                    audience: None,
                    grants: GrantClaims::of(kind),
                    settings: Settings::Descope(settings),
                }
            }
            ServiceKind::Auth0Api => {
                let settings = auth0_api::Settings::read(reader)?;
                Self {
                    discovery: Auth0::new(settings.auth0.clone())?.discovery(),
                    http: settings.issuer.http.clone(),
                    audience: Some(settings.auth0.audience.clone()),
                    grants: GrantClaims {
                        roles: settings.auth0.roles_claim.clone(),
                        ..GrantClaims::of(kind)
                    },
                    settings: Settings::Auth0(settings),
                }
            }
            ServiceKind::BillingApi => {
                let settings = billing_api::Settings::read(reader)?;
                let oidc = settings.oidc.clone();
                let KeyAddress::Discovered(discovery) = Oidc::new(oidc.clone())?.keys() else {
                    bail!(
                        "the discovery document says where tokens are asked for: JWKS_URL must be unset"
                    );
                };
                Self {
                    discovery,
                    http: settings.issuer.http.clone(),
                    audience: Some(oidc.audience),
                    grants: GrantClaims {
                        roles: oidc.roles_claim,
                        scopes: oidc.scopes_claim,
                    },
                    settings: Settings::Billing(settings),
                }
            }
        })
    }

    /// Builds the service on a free port. Must be called inside an actix runtime.
    pub(super) async fn build(self, database_url: String) -> Result<BoundServer> {
        match self.settings {
            Settings::Descope(mut settings) => {
                here(&mut settings.service);
                settings.database_url = database_url;
                descope_api::server::build(settings).await
            }
            Settings::Auth0(mut settings) => {
                here(&mut settings.service);
                auth0_api::server::build(settings).await
            }
            Settings::Billing(mut settings) => {
                here(&mut settings.service);
                settings.database_url = database_url;
                billing_api::server::build(settings).await
            }
        }
    }
}

/// For this process alone.
fn here(service: &mut ServiceSettings) {
    let defaults = ServiceSettings::on_port(0);
    service.host = defaults.host;
    service.port = defaults.port;
    service.signals = Signals::Ignored;
}
