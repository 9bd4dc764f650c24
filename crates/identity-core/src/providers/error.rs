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
    /// A value is none that the provider has.
    #[error("expected {expected}, got {got:?}")]
    Unfit {
        /// What the provider has, with an example.
        expected: &'static str,
        /// The value.
        got: String,
    },
    /// The issuer is not a URL that a discovery document can be fetched from.
    #[error("expected the address of an issuer, such as https://id.example.com, got {0:?}")]
    Issuer(String),
}

impl ProviderError {
    /// Errors: the value is not fit.
    pub(super) fn unless(is_fit: bool, expected: &'static str, got: &str) -> Result<(), Self> {
        match is_fit {
            true => Ok(()),
            false => Err(Self::Unfit {
                expected,
                got: got.to_owned(),
            }),
        }
    }
}
