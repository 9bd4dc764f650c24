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

    /// The issuer of an application of the project's own, or of an inbound one, which belongs to somebody else.
    pub(crate) fn issuer_of(&self, third_party: bool) -> String {
        if third_party {
            self.apps_issuer()
        } else {
            self.federated_issuer()
        }
    }

    /// The issuer of inbound applications and of session tokens.
    pub(crate) fn apps_issuer(&self) -> String {
        format!("{}/v1/apps/{}", self.issuer_base, self.id)
    }
}
