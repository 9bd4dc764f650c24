//! A Descope project.

/// A Descope project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    /// What its issuers start with, without a trailing slash.
    pub(crate) issuer_base: String,
}

impl Project {
    /// The issuer of the default OpenID application.
    pub(crate) fn federated_issuer(&self) -> String {
        format!("{}/{}", self.issuer_base, self.id)
    }

    /// The issuer of inbound applications and of session tokens.
    pub(crate) fn apps_issuer(&self) -> String {
        format!("{}/v1/apps/{}", self.issuer_base, self.id)
    }
}
