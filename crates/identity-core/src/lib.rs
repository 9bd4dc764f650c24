#![doc = include_str!("../README.md")]

mod access_mark;
mod actor;
mod algorithms;
mod authenticated;
mod authenticator;
mod authenticator_error;
mod builder;
mod claim_path;
pub mod claims;
#[cfg(feature = "client")]
pub mod client;
pub mod clock;
pub mod discovery;
mod expectation;
mod fetch_error;
mod form;
mod header;
pub mod http;
pub mod introspection;
mod json;
mod key_origin;
pub mod keys;
pub mod metrics;
mod outgoing;
mod policy;
mod principal;
mod printable;
mod provider;
pub mod providers;
mod refused_kind;
mod registered_claims;
mod rule;
mod setting_names;
mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod token_cache;
mod token_error;
mod trusted_issuer;
mod verification_rules;
mod verified_token;
mod verifier;

pub use actor::Actor;
pub use authenticated::Authenticated;
pub use authenticator::Authenticator;
pub use authenticator_error::AuthenticatorError;
pub use builder::AuthenticatorBuilder;
pub use claims::{Claims, ClaimsError};
pub use policy::Policy;
pub use principal::{Principal, TenantRights};
pub use printable::printable;
pub use provider::Provider;
pub use rule::{Denial, Rule};
pub use setting_names::SettingNames;
pub use tenant::{RightsIn, Tenant};
pub use token_cache::CacheLimits;
pub use token_error::TokenError;
pub use verified_token::VerifiedToken;
pub use verifier::VerifyError;

/// Verification rules, and the verifier of one issuer: to implement a [`Provider`].
pub mod verification {
    pub use crate::access_mark::AccessMark;
    pub use crate::algorithms::{Algorithm, Algorithms, AlgorithmsError};
    pub use crate::refused_kind::{RefusedKind, TokenKind};
    pub use crate::token_error::{Excerpt, Malformed};
    pub use crate::verification_rules::{
        AudienceRule, KeyIdRule, SubjectRule, TokenLimits, TokenProfile, UntypedTokens,
        VerificationRules,
    };
    pub use crate::verifier::Verifier;
}
