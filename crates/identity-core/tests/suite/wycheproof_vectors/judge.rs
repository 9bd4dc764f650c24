//! The outcome of a vector in this crate.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::keys::VerificationKey;
use identity_core::testing::{StaticKeys, TestClock};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, VerificationRules, Verifier,
};
use identity_core::{TokenError, VerifyError};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::Jwk;
use serde_json::json;

use crate::wycheproof_vectors::vectors::{Set, Vector};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Accepted,
    Refused,
}

/// Returns each vector with its outcome, for the algorithm of its set.
pub fn outcomes(set: &Set) -> Vec<(&Vector, Outcome)> {
    outcomes_under(set, set.algorithm)
}

/// Returns each vector with its outcome for this algorithm.
pub fn outcomes_under(set: &Set, algorithm: Algorithm) -> Vec<(&Vector, Outcome)> {
    let outcome = |vector| (vector, outcome(vector, algorithm));
    set.vectors.iter().map(outcome).collect()
}

/// Returns the outcome of a vector. The crate must parse the key for this algorithm; then the crate's own verifier
/// decides, and must agree with jsonwebtoken's.
fn outcome(vector: &Vector, algorithm: Algorithm) -> Outcome {
    let key = VerificationKey::from_jwk(&vector.jwk).unwrap();
    let ours = key.verifier(algorithm);
    let jwk: Jwk = serde_json::from_value(vector.jwk.clone()).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    let theirs = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &key).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(&vector.signature).unwrap();
    let accepted = ours.unwrap().verify(&vector.message, &signature).is_ok();
    let expected = theirs.verify(&vector.message, &signature).is_ok();
    assert_eq!(accepted, expected);
    match accepted {
        true => Outcome::Accepted,
        false => Outcome::Refused,
    }
}

/// Puts each signature on an otherwise valid token, where a signature of another message must be refused.
pub fn transplant(set: &Set) {
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(json!({"alg": format!("{:?}", set.algorithm), "kid": "k"}));
    let claims = encode(json!({"iss": "I", "sub": "S", "aud": "api", "exp": 60}));
    for vector in &set.vectors {
        let token = format!("{header}.{claims}.{}", vector.signature);
        let error = verify(set.algorithm, vector, &token);
        assert!(
            matches!(error, VerifyError::Token(TokenError::InvalidSignature)),
            "{} {}: {error}",
            set.name,
            vector.id
        );
    }
}

fn verify(algorithm: Algorithm, vector: &Vector, token: &str) -> VerifyError {
    let audience = AudienceRule::Required(vec!["api".to_owned()]);
    let mut rules = VerificationRules::new(vec!["I".to_owned()], audience);
    rules.algorithms = Algorithms::new([algorithm]).unwrap();
    let keys = StaticKeys::from_jwks(&json!({"keys": [vector.jwk]}));
    let verifier = Verifier::new(rules, Arc::new(keys), Arc::new(TestClock::at(0.0)));
    match pin!(verifier.verify(token)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.unwrap_err(),
        Poll::Pending => panic!("with the keys at hand there is nothing to wait for"),
    }
}
