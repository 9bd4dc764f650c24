//! The Auth0 dialect: addresses, tokens and errors as an Auth0 tenant has them.

mod claims;
mod discovery;
mod error;
mod key_set;
mod token;

use std::sync::Arc;

use actix_web::web;

pub(crate) use discovery::paths as discovery_paths;
pub(crate) use error::Refusal;
pub(crate) use key_set::paths as key_paths;

pub(crate) const TOKEN_PATH: &str = "/oauth/token";

/// Scopes that say something about a user; a machine has none of them.
pub(crate) const STANDARD_SCOPES: &[&str] = &["openid", "profile", "email", "phone", "address"];

/// Names that a custom claim cannot take: Auth0 restricts them, or uses them itself.
pub(crate) const RESERVED_CLAIMS: &[&str] = &[
    "act",
    "acr",
    "amr",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "at_hash",
    "client_id",
    "cnf",
    "exp",
    "groups",
    "gty",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "org_id",
    "org_name",
    "permissions",
    "roles",
    "scope",
    "sid",
    "sub",
];

/// What an API's access tokens look like, see Auth0's access token profiles and RBAC settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenDialect {
    /// Auth0's own profile, without `permissions`.
    AccessToken,
    /// Auth0's own profile, with `permissions`.
    #[default]
    AccessTokenAuthz,
    /// [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068), without `permissions`.
    Rfc9068Profile,
    /// [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068), with `permissions`.
    Rfc9068ProfileAuthz,
}

/// An Auth0 tenant with one API.
#[derive(Debug)]
pub(crate) struct Tenant {
    /// With its trailing slash.
    pub(crate) issuer: String,
    /// The identifier of the API.
    pub(crate) audience: String,
    pub(crate) dialect: TokenDialect,
    pub(crate) roles_claim: String,
}

impl TokenDialect {
    /// Every dialect, by Auth0's names.
    pub const ALL: [Self; 4] = [
        Self::AccessToken,
        Self::AccessTokenAuthz,
        Self::Rfc9068Profile,
        Self::Rfc9068ProfileAuthz,
    ];

    /// Auth0's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::AccessTokenAuthz => "access_token_authz",
            Self::Rfc9068Profile => "rfc9068_profile",
            Self::Rfc9068ProfileAuthz => "rfc9068_profile_authz",
        }
    }

    /// The dialect of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    pub(crate) fn typ(self) -> &'static str {
        if self.is_rfc9068() { "at+jwt" } else { "JWT" }
    }

    fn is_rfc9068(self) -> bool {
        matches!(self, Self::Rfc9068Profile | Self::Rfc9068ProfileAuthz)
    }

    fn has_permissions(self) -> bool {
        matches!(self, Self::AccessTokenAuthz | Self::Rfc9068ProfileAuthz)
    }
}

impl Tenant {
    /// The audience of user tokens that may also be sent to the userinfo endpoint.
    fn userinfo_audience(&self) -> String {
        format!("{}userinfo", self.issuer)
    }

    /// The audience of Auth0's own API, which every tenant has.
    fn management_audience(&self) -> String {
        format!("{}api/v2/", self.issuer)
    }
}

/// Adds the tenant's endpoints.
pub(crate) fn routes(tenant: &Arc<Tenant>, app: &mut web::ServiceConfig) {
    app.app_data(web::Data::from(Arc::clone(tenant)));
    discovery::routes(app);
    key_set::routes(app);
    token::routes(app);
}
