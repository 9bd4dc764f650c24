//! A real provider, as the service's own settings name it.

use anyhow::{Result, bail};
use identity_actix::settings::SettingsReader;
use identity_core::{DiscoveryConfig, HttpConfig, KeyAddress};

use crate::kind::ServiceKind;
use crate::target::RightsClaims;

/// What a client has to know of the provider.
pub(crate) struct LiveProvider {
    pub(crate) discovery: DiscoveryConfig,
    pub(crate) http: HttpConfig,
    /// The audience that a token is requested for, where the provider wants one.
    pub(crate) audience: Option<String>,
    pub(crate) rights: RightsClaims,
}

impl LiveProvider {
    /// From the settings that the service itself would read.
    pub(crate) fn from_env(kind: ServiceKind) -> Result<Self> {
        let reader = SettingsReader::from_env(kind.prefix());
        let mut rights = RightsClaims::of(kind);
        Ok(match kind {
            ServiceKind::DescopeApi => {
                let settings = descope_api::Settings::read(reader)?;
                let http = settings.issuer.http.clone();
                Self {
                    discovery: descope_api::Descope::new(settings.descope, settings.issuer)
                        .discovery(),
                    http,
                    audience: None,
                    rights,
                }
            }
            ServiceKind::Auth0Api => {
                let settings = auth0_api::Settings::read(reader)?;
                let (http, auth0) = (settings.issuer.http.clone(), settings.auth0);
                rights.roles.clone_from(&auth0.roles_claim);
                Self {
                    audience: Some(auth0.audience.clone()),
                    discovery: auth0_api::Auth0::new(auth0, settings.issuer).discovery()?,
                    http,
                    rights,
                }
            }
            ServiceKind::BillingApi => {
                let settings = billing_api::Settings::read(reader)?;
                let (http, oidc) = (settings.issuer.http.clone(), settings.oidc);
                let keys = billing_api::Oidc::new(oidc.clone(), settings.issuer).keys()?;
                let KeyAddress::Discovered(discovery) = keys else {
                    bail!(
                        "the discovery document says where tokens are requested: JWKS_URL must be unset"
                    );
                };
                Self {
                    discovery,
                    http,
                    audience: Some(oidc.audience),
                    rights: RightsClaims {
                        roles: oidc.roles_claim,
                        scopes: oidc.scopes_claim,
                    },
                }
            }
        })
    }
}
