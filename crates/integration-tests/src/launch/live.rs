//! A real provider, as the service's own settings name it.

use anyhow::{Result, bail};
use identity_core::Provider;
use identity_core::claims::ClaimPath;
use identity_core::discovery::DiscoveryConfig;
use identity_core::http::HttpConfig;
use identity_core::keys::KeyAddress;
use identity_core::providers::{Auth0, Descope, Oidc};
use identity_core::verification::AudienceRule;
use service_kit::settings::SettingsReader;

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
                Self {
                    discovery: Descope::new(settings.descope).discovery(),
                    http: settings.issuer.http(),
                    audience: None,
                    rights,
                }
            }
            ServiceKind::Auth0Api => {
                let settings = auth0_api::Settings::read(reader)?;
                let auth0 = settings.auth0;
                rights.roles.clone_from(&auth0.roles_claim);
                Self {
                    audience: Some(auth0.audience.clone()),
                    discovery: Auth0::new(auth0)?.discovery(),
                    http: settings.issuer.http(),
                    rights,
                }
            }
            ServiceKind::BillingApi => {
                let settings = billing_api::Settings::read(reader)?;
                let (http, oidc) = (settings.issuer.http(), settings.oidc);
                let KeyAddress::Discovered(discovery) = Oidc::new(oidc.clone())?.keys() else {
                    bail!(
                        "the discovery document says where tokens are requested: JWKS_URL must be unset"
                    );
                };
                Self {
                    discovery,
                    http,
                    audience: match oidc.audience {
                        AudienceRule::Required(audiences) => audiences.into_iter().next(),
                        _ => None,
                    },
                    rights: RightsClaims {
                        roles: first(&oidc.role_claims),
                        scopes: first(&oidc.scope_claims),
                    },
                }
            }
        })
    }
}

/// Returns the first of these claims, as it is written.
fn first(paths: &[ClaimPath]) -> String {
    paths.first().map(ToString::to_string).unwrap_or_default()
}
