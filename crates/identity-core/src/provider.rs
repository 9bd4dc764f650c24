//! The whole plug-in of a provider.

use std::fmt::Debug;
use std::sync::Arc;

use crate::claims::ClaimsError;
use crate::keys::KeyAddress;
use crate::principal::Principal;
use crate::verification_rules::VerificationRules;
use crate::verified_token::VerifiedToken;

/// What is particular to a provider: where its keys are, what its tokens must look like, and where they say what the
/// caller may do. Those of [`providers`](crate::providers) are ready to use.
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
///             ..Principal::without_grants(token)
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
    /// Where its keys are. Called once, when an [`Authenticator`](crate::Authenticator) is built.
    ///
    /// Not used where the keys are given to the builder.
    fn keys(&self) -> KeyAddress;

    /// What a token must say. Called once, when an [`Authenticator`](crate::Authenticator) is built.
    fn verification(&self) -> VerificationRules;

    /// Returns who is calling, according to a verified token.
    ///
    /// A claim that is not a registered one and has the wrong type grants nothing; an error refuses the token
    /// ([`ClaimsError::refused`] for a reason of the provider's own). The result must follow from the token alone: it is
    /// handed out again for as long as the token is in the cache of an [`Authenticator`](crate::Authenticator).
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
