//! The whole plug-in of a provider.

use std::fmt::Debug;

use crate::claims::ClaimsError;
use crate::principal::Principal;
use crate::verification_rules::VerificationRules;
use crate::verified_token::VerifiedToken;

/// What is particular to a provider: what its tokens must look like, and where they say what the caller may do.
///
/// ```
/// use identity_core::{
///     AudienceRule, ClaimsError, Principal, Provider, VerificationRules, VerifiedToken, claims,
/// };
///
/// /// A provider that lists scopes in `scope` and groups in `groups`.
/// #[derive(Debug)]
/// struct Ours;
///
/// impl Provider for Ours {
///     fn verification(&self) -> VerificationRules {
///         let audience = AudienceRule::Required(vec!["https://api.example.com".to_owned()]);
///         VerificationRules::new(vec!["https://id.example.com".to_owned()], audience)
///     }
///
///     fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
///         Ok(Principal {
///             scopes: claims::scopes(token.claim("scope")),
///             roles: claims::names(token.claim("groups")),
///             ..Principal::without_grants(token)
///         })
///     }
/// }
/// ```
pub trait Provider: Debug + Send + Sync + 'static {
    /// What a token must say. Asked once, when a verifier is made.
    fn verification(&self) -> VerificationRules;

    /// Who is calling, according to a verified token.
    ///
    /// A claim that is not a registered one and has the wrong type grants nothing; an error refuses the token. What is
    /// answered must follow from the token alone: it is handed out again for as long as the token is in the cache of
    /// an [`Authenticator`](crate::Authenticator).
    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError>;
}
