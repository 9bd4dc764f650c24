//! Why a provider cannot be configured so.

/// A name or an address that is not one of the provider's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// Not the id of a Descope project.
    #[error(
        "expected a Descope project id: P followed by letters and digits, from the project's settings page"
    )]
    ProjectId,
    /// Not the domain of an Auth0 tenant.
    #[error(
        "expected a domain without https:// and without a path, such as dev-example.us.auth0.com"
    )]
    Domain,
    /// Its discovery document cannot have an address.
    #[error("expected the address of an issuer, such as https://id.example.com, got {0:?}")]
    Issuer(String),
}
