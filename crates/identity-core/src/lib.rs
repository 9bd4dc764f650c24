//! OpenID Connect for resource servers: discovery, key sets, token verification, who is calling and what they may do.
//!
//! The path of a token: [`Authenticator`] hands it to a [`Verifier`], which checks it against the
//! [`VerificationRules`] of a [`Provider`] with keys from a [`KeySource`]; the provider reads a [`Principal`] from the
//! [`VerifiedToken`]; a [`Rule`] says whether that caller may pass.
//!
//! Several issuers stand side by side in one [`Authenticator`], each with its own keys. It keeps the tokens that it
//! verified, within [`CacheLimits`]. What is counted on the way is in [`figures`].
//!
//! There is no web framework in here, and nothing reads the environment: settings, time and the HTTP client come in as
//! values. What is not checked: revocation of single tokens (a token is good until its `exp`, or until its key leaves
//! the key set), and DPoP or mTLS binding (such tokens are refused).

mod algorithms;
mod authenticator;
pub mod claims;
mod clock;
mod discovery;
pub mod figures;
mod header;
mod http;
mod json;
mod keys;
mod principal;
mod provider;
mod registered_claims;
mod rule;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod token_cache;
mod token_client;
mod token_error;
mod verification_rules;
mod verified_token;
mod verifier;

pub use algorithms::{Algorithm, Algorithms, AlgorithmsError};
pub use authenticator::{
    Authenticated, Authenticator, AuthenticatorError, IssuerStatus, TrustedIssuer,
};
pub use claims::{Claims, ClaimsError};
pub use clock::{Clock, SystemClock, UnixTime};
pub use discovery::{Discovery, DiscoveryConfig, DiscoveryError};
pub use http::{FetchError, HttpClient, HttpConfig, HttpSetupError, is_loopback};
pub use keys::{
    KeyAddress, KeyError, KeyFault, KeyRefresh, KeyRejection, KeySet, KeySetError, KeySource,
    KeyStatus, KeysFuture, RemoteKeys, RemoteKeysConfig, SkippedKey, VerificationKey,
};
pub use principal::{Principal, TenantGrants};
pub use provider::Provider;
pub use rule::{Denial, Policy, Rule};
pub use token_cache::CacheLimits;
pub use token_client::{
    AccessToken, ClientAuthentication, OAuthError, TokenClient, TokenClientConfig, TokenClientError,
};
pub use token_error::{Excerpt, Malformed, TokenError};
pub use verification_rules::{
    AudienceRule, RefusedKind, TokenKind, TokenProfile, UntypedTokens, VerificationRules,
};
pub use verified_token::VerifiedToken;
pub use verifier::{Verifier, VerifyError};
