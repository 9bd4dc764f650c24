//! Signing keys, a clock and the provider contract, for tests. Needs the feature `testing`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use identity_core::Authenticator;
//! use identity_core::providers::Oidc;
//! use identity_core::testing::{StaticKeys, TestClock, TestKey};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let key = TestKey::fixed();
//! let provider = Oidc::issuer("https://issuer.example", "api").unwrap();
//! let authenticator = Authenticator::builder(provider)
//!     .keys(Arc::new(StaticKeys::of(&[&key])))
//!     .clock(Arc::new(TestClock::at(1_700_000_000.0)))
//!     .build()
//!     .unwrap();
//! let token = key.token(&json!({
//!     "iss": "https://issuer.example", "aud": "api", "sub": "U1", "exp": 1_700_000_600,
//! }));
//! let caller = authenticator.authenticate(&token).await.unwrap();
//! assert_eq!(caller.principal().subject, "U1");
//! # }
//! ```
#![expect(
    clippy::expect_used,
    reason = "a test that cannot make its key or token has to stop"
)]

mod clock;
mod contract;
mod key;
mod static_keys;

pub use clock::TestClock;
pub use contract::{CONTRACT_NOW, provider_contract};
pub use key::TestKey;
pub use static_keys::StaticKeys;
