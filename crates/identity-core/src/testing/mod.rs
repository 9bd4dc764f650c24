//! Keys, tokens and a clock for tests: feature `testing`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use identity_core::testing::{StaticKeys, TestClock, TestKey};
//! use identity_core::{AudienceRule, VerificationRules, Verifier};
//! use serde_json::json;
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let key = TestKey::fixed();
//! let clock = Arc::new(TestClock::at(1_700_000_000.0));
//! let rules = VerificationRules::new(
//!     vec!["https://issuer.example/".to_owned()],
//!     AudienceRule::Required(vec!["api".to_owned()]),
//! );
//! let verifier = Verifier::new(rules, Arc::new(StaticKeys::of(&[&key])), clock);
//! let token = key.token(&json!({
//!     "iss": "https://issuer.example/", "aud": "api", "sub": "U1", "exp": 1_700_000_600,
//! }));
//! assert_eq!(verifier.verify(&token).await.unwrap().subject(), "U1");
//! # });
//! ```
#![expect(
    clippy::expect_used,
    reason = "a test that cannot make its key or token has to stop"
)]

mod clock;
mod key;
mod static_keys;

pub use clock::TestClock;
pub use key::TestKey;
pub use static_keys::StaticKeys;
