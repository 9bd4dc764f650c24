//! The interface of a provider.

use std::fmt::Debug;
use std::sync::Arc;

use crate::claims::ClaimsError;
use crate::keys::KeyAddress;
use crate::principal::Principal;
use crate::verification_rules::VerificationRules;
use crate::verified_token::VerifiedToken;

/// A provider of access tokens: where its keys are, which tokens are accepted, and how rights are read from claims.
/// Implementations for common providers are in [`providers`](crate::providers).
///
/// ```
/// use identity_core::discovery::DiscoveryConfig;
/// use identity_core::keys::KeyAddress;
/// use identity_core::verification::{AudienceRule, VerificationRules};
/// use identity_core::{ClaimsError, Principal, Provider, VerifiedToken, claims};
///
/// /// A provider that lists scopes in `scope` and groups in `groups`.
/// #[derive(Debug)]
/// struct Ours {
///     discovery: DiscoveryConfig,
/// }
///
/// impl Provider for Ours {
///     fn keys(&self) -> KeyAddress {
///         KeyAddress::Discovered(self.discovery.clone())
///     }
///
///     fn verification(&self) -> VerificationRules {
///         let audience = AudienceRule::Required(vec!["https://api.example.com".to_owned()]);
///         VerificationRules::new(vec!["https://id.example.com".to_owned()], audience)
///     }
///
///     fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
///         if token.claim("banned").is_some() {
///             return Err(ClaimsError::refused("the account is banned"));
///         }
///         Ok(Principal {
///             scopes: claims::scopes(token.claim("scope")),
///             roles: claims::names(token.claim("groups")),
///             ..Principal::without_rights(token)
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a provider of tokens",
    label = "expected a `Provider`",
    note = "use one of `identity_core::providers` (`Descope`, `Auth0`, `Oidc`), or implement `Provider` for a type of yours"
)]
pub trait Provider: Debug + Send + Sync + 'static {
    /// Returns where the keys are. Called once, when an [`Authenticator`](crate::Authenticator) is built.
    ///
    /// Not used if the builder is given a key source.
    fn keys(&self) -> KeyAddress;

    /// Returns the verification rules. Called once, when an [`Authenticator`](crate::Authenticator) is built.
    fn verification(&self) -> VerificationRules;

    /// Returns the caller of a verified token.
    ///
    /// A claim of the wrong type that is not a registered claim must give no rights. An error refuses the token; use
    /// [`ClaimsError::refused`] for a reason of the provider's own. The result must depend on the token alone, because
    /// it is reused as long as the token is in the cache of an [`Authenticator`](crate::Authenticator).
    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError>;
}

impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn keys(&self) -> KeyAddress {
        (**self).keys()
    }

    fn verification(&self) -> VerificationRules {
        (**self).verification()
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        (**self).principal(token)
    }
}
