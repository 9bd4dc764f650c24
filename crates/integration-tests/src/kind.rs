//! The services under test, and what differs between them where the same is tested of each.

use clap::ValueEnum;
use local_issuer::ProviderKind;

use crate::http::Call;

/// A service under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum ServiceKind {
    /// `descope-api`
    DescopeApi,
    /// `auth0-api`
    Auth0Api,
    /// `billing-api`, for which the Auth0 side of the local issuer is one OpenID Connect issuer among others.
    BillingApi,
}

/// The routes that a case uses which is not about routes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Routes {
    /// Everything below needs a token.
    pub(crate) scope: &'static str,
    /// Its one segment below `scope`, for any verified token.
    pub(crate) private: &'static str,
    /// Needs no token.
    pub(crate) public: &'static str,
    /// For a right that the persona `nobody` has not.
    pub(crate) restricted: &'static str,
}

const API: Routes = Routes {
    scope: "/api",
    private: "/api/private",
    public: "/api/public",
    restricted: "/api/admin/stats",
};

const BILLING: Routes = Routes {
    scope: "/billing",
    private: "/billing/me",
    public: "/health",
    restricted: "/billing/",
};

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DescopeApi, Self::Auth0Api, Self::BillingApi];

    /// One of three values, in the order of [`Self::ALL`].
    fn pick<T>(self, descope: T, auth0: T, billing: T) -> T {
        match self {
            Self::DescopeApi => descope,
            Self::Auth0Api => auth0,
            Self::BillingApi => billing,
        }
    }

    /// Its name, which is the realm of its challenges.
    pub fn name(self) -> &'static str {
        self.pick("descope-api", "auth0-api", "billing-api")
    }

    /// The prefix of the names of its settings.
    pub fn prefix(self) -> &'static str {
        self.pick("DESCOPE_API", "AUTH0_API", "BILLING_API")
    }

    /// The side of the local issuer whose tokens it accepts.
    pub fn provider(self) -> ProviderKind {
        use ProviderKind::{Auth0, Descope};
        self.pick(Descope, Auth0, Auth0)
    }

    /// The provider's name in `/health`.
    pub(crate) fn provider_name(self) -> &'static str {
        self.pick("descope", "auth0", "oidc")
    }

    /// The setting that lists the algorithms.
    pub fn algorithms_setting(self) -> &'static str {
        self.pick("DESCOPE_ALGORITHMS", "AUTH0_ALGORITHMS", "ALGORITHMS")
    }

    pub(crate) fn routes(self) -> Routes {
        self.pick(API, API, BILLING)
    }

    /// A request that needs a token and nothing more.
    pub fn any_caller(self) -> Call {
        Call::get(self.routes().private)
    }
}
