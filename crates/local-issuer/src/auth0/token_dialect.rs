//! Auth0's token dialects.

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

    pub(super) fn is_rfc9068(self) -> bool {
        matches!(self, Self::Rfc9068Profile | Self::Rfc9068ProfileAuthz)
    }

    pub(super) fn has_permissions(self) -> bool {
        matches!(self, Self::AccessTokenAuthz | Self::Rfc9068ProfileAuthz)
    }
}
