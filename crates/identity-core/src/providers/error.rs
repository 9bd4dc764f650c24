//! Errors in the configuration of a provider.

/// An invalid setting of a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// Not a Descope project id.
    #[error(
        "expected a Descope project id: P followed by letters and digits, from the project's settings page"
    )]
    ProjectId,
    /// Not the domain of an Auth0 tenant.
    #[error(
        "expected a domain without https:// and without a path, such as dev-example.us.auth0.com"
    )]
    Domain,
    /// Tokens need no audience, and no client is accepted, so that no token would be.
    #[error(
        "expected the accepted clients: without an audience, only they say whose tokens these are"
    )]
    NoClients,
    /// The issuer is not a URL that a discovery document can be fetched from.
    #[error("expected the address of an issuer, such as https://id.example.com, got {0:?}")]
    Issuer(String),
}
