//! An issuer with keys of an RFC, and a verifier that trusts it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use identity_core::testing::{StaticKeys, TestClock};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, VerificationRules, Verifier,
};
use identity_core::{VerifiedToken, VerifyError};
use serde_json::{Value, json};

/// All supported algorithms.
pub const ALL: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Returns rules that trust `issuer` for the API `api`, with every algorithm.
pub fn rules_for(issuer: &str) -> VerificationRules {
    let audience = AudienceRule::Required(vec!["api".to_owned()]);
    let mut rules = VerificationRules::new(vec![issuer.to_owned()], audience);
    rules.algorithms = Algorithms::new(ALL).unwrap();
    rules
}

/// Verifies a token by these rules, with these published keys and a clock set to `now`.
pub fn verify(
    rules: VerificationRules,
    keys: &[Value],
    now: f64,
    token: &str,
) -> Result<VerifiedToken, VerifyError> {
    let keys = StaticKeys::from_jwks(&json!({ "keys": keys }));
    let verifier = Verifier::new(rules, Arc::new(keys), Arc::new(TestClock::at(now)));
    match pin!(verifier.verify(token)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("with the keys at hand there is nothing to wait for"),
    }
}

/// Returns the log message for a token, which must be refused; see [`verify`].
pub fn refusal(rules: VerificationRules, keys: &[Value], now: f64, token: &str) -> String {
    verify(rules, keys, now, token).unwrap_err().to_string()
}
