//! Where tokens come from.

use crate::issuer::LocalIssuer;
use crate::personas::Personas;

/// Where to ask for tokens, and for whom.
#[derive(Clone, Debug)]
pub struct TokenSource {
    /// Where the Descope side is, without a trailing slash.
    pub descope_url: String,
    /// Where the Auth0 side is, without a trailing slash.
    pub auth0_url: String,
    /// The Descope project id.
    pub project_id: String,
    /// The identifier of the Auth0 API.
    pub audience: String,
    /// Who asks.
    pub personas: Personas,
}

impl TokenSource {
    /// The source that a running issuer is.
    pub fn of(issuer: &LocalIssuer) -> Self {
        Self {
            descope_url: issuer.descope().base_url().to_owned(),
            auth0_url: issuer.auth0().base_url().to_owned(),
            project_id: issuer.descope().project_id().to_owned(),
            audience: issuer.auth0().audience().to_owned(),
            personas: Personas {
                descope: issuer.descope().personas().to_vec(),
                auth0: issuer.auth0().personas().to_vec(),
                clients: issuer.config().personas.clients,
            },
        }
    }
}
