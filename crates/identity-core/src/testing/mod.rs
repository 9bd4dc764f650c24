//! What a test of a service needs: tokens of any caller, tokens that no service may accept, keys, a clock, and the contract of
//! providers. Needs the feature `testing`. For tests only: what is signed here is signed with keys of the test.
//!
//! | to test | use |
//! |---|---|
//! | a service, from outside | [`TestIssuer`]: its authenticator, and a token for a caller with any rights |
//! | that nothing else gets in | [`TestCaller::bad_tokens`] |
//! | a provider of your own | [`provider_contract`] |
//! | the forms of tokens themselves | [`TestKey`], [`StaticKeys`], [`TestClock`] |
//!
//! ```
//! use identity_core::providers::Oidc;
//! use identity_core::testing::TestIssuer;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let issuer = TestIssuer::of(Oidc::issuer("https://issuer.example", "api").unwrap());
//! let token = issuer.caller("user-1").role("admin").token();
//! let caller = issuer.authenticator().authenticate(&token).await.unwrap();
//! assert!(caller.principal().has_role("admin"));
//! # }
//! ```
#![expect(
    clippy::expect_used,
    reason = "a test that cannot make its key or token has to stop"
)]

mod caller;
mod claims;
mod contract;
mod issuer;

mod bad_tokens;
mod clock;
mod key;
mod static_keys;

pub use bad_tokens::BadToken;
pub use caller::TestCaller;
pub use claims::TestClaims;
pub use clock::TestClock;
pub use contract::{CONTRACT_NOW, provider_contract};
pub use issuer::TestIssuer;
pub use key::TestKey;
pub use static_keys::StaticKeys;
