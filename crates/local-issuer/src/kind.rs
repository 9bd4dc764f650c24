//! The name of a provider.

/// One of the providers whose dialect is spoken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProviderKind {
    /// [Descope](https://docs.descope.com/).
    Descope,
    /// [Auth0](https://auth0.com/docs).
    Auth0,
}

impl ProviderKind {
    /// Its name as it is written.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Descope => "Descope",
            Self::Auth0 => "Auth0",
        }
    }

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Descope => "descope",
            Self::Auth0 => "auth0",
        }
    }
}
