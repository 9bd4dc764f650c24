//! An Auth0 tenant.

use super::token_dialect::TokenDialect;

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

impl Tenant {
    /// The audience of user tokens that may also be sent to the userinfo endpoint.
    pub(super) fn userinfo_audience(&self) -> String {
        format!("{}userinfo", self.issuer)
    }

    /// The audience of Auth0's own API, which every tenant has.
    pub(super) fn management_audience(&self) -> String {
        format!("{}api/v2/", self.issuer)
    }
}
