//! The services that are tested, and what differs between them where the same is asked of each.

use std::collections::BTreeMap;

use anyhow::Result;
use local_issuer::ProviderKind;
use service_kit::BoundServer;
use service_kit::settings::{SettingsReader, Signals};

use crate::call::Call;

/// Which service is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceKind {
    /// `descope-api`
    DescopeApi,
    /// `auth0-api`
    Auth0Api,
    /// `billing-api`, for which the Auth0 side of the local issuer is one OpenID Connect issuer among others.
    BillingApi,
}

/// The routes that a case asks which is not about routes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Routes {
    /// Everything below needs a token.
    pub(crate) scope: &'static str,
    /// Its one segment below `scope`, for any verified token.
    pub(crate) private: &'static str,
    /// For anybody.
    pub(crate) public: &'static str,
    /// For a right that the persona `nobody` has not.
    pub(crate) restricted: &'static str,
}

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DescopeApi, Self::Auth0Api, Self::BillingApi];

    /// The service of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What stands before the names of its settings.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::DescopeApi => "DESCOPE_API",
            Self::Auth0Api => "AUTH0_API",
            Self::BillingApi => "BILLING_API",
        }
    }

    /// The name that stands in the service's challenges.
    pub fn name(self) -> &'static str {
        match self {
            Self::DescopeApi => "descope-api",
            Self::Auth0Api => "auth0-api",
            Self::BillingApi => "billing-api",
        }
    }

    /// The side of the local issuer whose tokens it accepts.
    pub fn provider(self) -> ProviderKind {
        match self {
            Self::DescopeApi => ProviderKind::Descope,
            Self::Auth0Api | Self::BillingApi => ProviderKind::Auth0,
        }
    }

    /// What `/health` calls the provider.
    pub(crate) fn provider_name(self) -> &'static str {
        match self {
            Self::DescopeApi => "descope",
            Self::Auth0Api => "auth0",
            Self::BillingApi => "oidc",
        }
    }

    /// The setting that lists the algorithms.
    pub fn algorithms_setting(self) -> &'static str {
        match self {
            Self::DescopeApi => "DESCOPE_ALGORITHMS",
            Self::Auth0Api => "AUTH0_ALGORITHMS",
            Self::BillingApi => "ALGORITHMS",
        }
    }

    pub(crate) fn routes(self) -> Routes {
        match self {
            Self::DescopeApi | Self::Auth0Api => Routes {
                scope: "/api",
                private: "/api/private",
                public: "/api/public",
                restricted: "/api/admin/stats",
            },
            Self::BillingApi => Routes {
                scope: "/billing",
                private: "/billing/me",
                public: "/health",
                restricted: "/billing/",
            },
        }
    }

    /// A request that needs a token and nothing more.
    pub fn any_caller(self) -> Call {
        Call::get(self.routes().private)
    }

    /// Builds a server from settings as they stand in an environment. Must be called inside an actix runtime.
    pub(super) async fn build(self, pairs: BTreeMap<&str, String>) -> Result<BoundServer> {
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        let reader = SettingsReader::from_values(self.prefix(), pairs);
        match self {
            Self::DescopeApi => {
                let mut settings = descope_api::Settings::read(reader)?;
                settings.service.signals = Signals::Ignored;
                descope_api::server::build(settings).await
            }
            Self::Auth0Api => {
                let mut settings = auth0_api::Settings::read(reader)?;
                settings.service.signals = Signals::Ignored;
                auth0_api::server::build(settings).await
            }
            Self::BillingApi => {
                let mut settings = billing_api::Settings::read(reader)?;
                settings.service.signals = Signals::Ignored;
                billing_api::server::build(settings).await
            }
        }
    }
}
