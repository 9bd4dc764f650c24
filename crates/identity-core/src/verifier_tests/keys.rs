//! Which key verifies which signature.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    NOW, Verifier, excerpt, good, of_algorithms, parts, refusal, rules, signed_with, usual,
};
use crate::TokenError;
use crate::keys::{KeySet, KeySource, KeyStatus, KeysFuture, NewerKeys};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::{Algorithm, KeyIdRule};

/// Returns a token with this header and an HMAC of this secret for a signature.
fn with_hmac(header: &Value, secret: &[u8]) -> String {
    let token = TestKey::fixed().token_with_header(header, &good());
    let (input, _) = parts(&token);
    let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
    signed_with(input, hmac::sign(&secret, input.as_bytes()).as_ref())
}

/// RFC 8725, section 2.1: the public key is known to everyone, so it must not be usable as an HMAC secret.
#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let key = TestKey::fixed();
    let der = key.public_der();
    let body: Vec<_> = STANDARD
        .encode(&der)
        .into_bytes()
        .chunks(64)
        .map(<[u8]>::to_vec)
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        String::from_utf8(body.join(&b'\n')).unwrap()
    );
    let jwk = key.jwk();
    let modulus = jwk["n"].as_str().unwrap();
    let secrets = [
        ("DER", der),
        ("PEM", pem.clone().into_bytes()),
        ("PEM, trimmed", pem.trim_end().as_bytes().to_vec()),
        ("the modulus", URL_SAFE_NO_PAD.decode(modulus).unwrap()),
        ("the modulus as written", modulus.as_bytes().to_vec()),
        ("the JWK", jwk.to_string().into_bytes()),
        ("nothing", Vec::new()),
    ];
    for (sentence, secret) in secrets {
        for (algorithm, expected) in [
            ("HS256", TokenError::AlgorithmNotAllowed(excerpt("HS256"))),
            ("RS256", TokenError::InvalidSignature),
        ] {
            let header = json!({"alg": algorithm, "typ": "JWT", "kid": "fixed"});
            let token = with_hmac(&header, &secret);
            let refused = refusal(&usual(), sentence, &token).await;
            assert_eq!(refused, expected, "{algorithm} with {sentence}");
        }
    }
}

#[tokio::test]
async fn a_key_is_for_its_own_algorithm_only() {
    let all = [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ];
    let rsa = TestKey::fixed();
    let ec = TestKey::fresh("ec", Algorithm::ES256);
    let verifier = of_algorithms(&all, StaticKeys::of(&[&rsa, &ec]));
    let claims = good();
    // `fixed` is published for RS256, and `ec` is an EC key.
    for (key, name, algorithm) in [
        (&rsa, "fixed", Algorithm::PS256),
        (&rsa, "ec", Algorithm::RS256),
        (&ec, "fixed", Algorithm::ES256),
        (&ec, "ec", Algorithm::EdDSA),
    ] {
        let sentence = format!("{algorithm:?} by the name {name}");
        let token = key.named(name, algorithm).token(&claims);
        let expected = TokenError::AlgorithmNotAllowed(excerpt(&format!("{algorithm:?}")));
        let refused = refusal(&verifier, &sentence, &token).await;
        assert_eq!(refused, expected, "{sentence}");
    }

    let mut unlabelled = rsa.jwk();
    unlabelled.as_object_mut().unwrap().remove("alg");
    let verifier = of_algorithms(&all, StaticKeys::from_jwks(&json!({"keys": [unlabelled]})));
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        let token = rsa.named("fixed", algorithm).token(&claims);
        assert!(
            verifier.verify(&token).await.is_ok(),
            "a key without alg is for {algorithm:?} too"
        );
    }
}

#[tokio::test]
async fn keys_that_cannot_be_used_do_not_spoil_the_set() {
    let key = TestKey::fixed();
    let secret = json!({"kty": "oct", "kid": "secret", "k": URL_SAFE_NO_PAD.encode([7; 32]), "alg": "HS256"});
    let broken = json!({"kty": "RSA", "kid": "broken", "key_ops": "verify", "n": 5});
    let keys = StaticKeys::from_jwks(&json!({"keys": [secret, broken, "text", null, key.jwk()]}));
    let verifier = of_algorithms(&[Algorithm::RS256], keys);
    assert!(verifier.verify(&key.token(&good())).await.is_ok());

    for (algorithm, expected) in [
        ("HS256", TokenError::AlgorithmNotAllowed(excerpt("HS256"))),
        ("RS256", TokenError::KeyNotFound(excerpt("secret"))),
    ] {
        let token = with_hmac(&json!({"alg": algorithm, "kid": "secret"}), &[7; 32]);
        let refused = refusal(&verifier, algorithm, &token).await;
        assert_eq!(refused, expected, "{algorithm} with the published secret");
    }
}

/// Returns a token of this key without `kid`.
fn unnamed(key: &TestKey) -> String {
    key.token_with_header(&json!({"alg": "ES256", "typ": "JWT"}), &good())
}

fn without_key_ids(keys: impl KeySource) -> Verifier {
    let mut rules = rules();
    rules.algorithms = "ES256".parse().unwrap();
    rules.key_ids = KeyIdRule::OptionalWithOneKey;
    Verifier::new(rules, Arc::new(keys), Arc::new(TestClock::at(NOW)))
}

#[tokio::test]
async fn a_token_without_a_key_id_is_accepted_by_rule_and_with_one_key_only() {
    let (key, other) = (
        TestKey::fresh("k", Algorithm::ES256),
        TestKey::fresh("other", Algorithm::ES256),
    );
    let verifier = without_key_ids(StaticKeys::of(&[&key]));
    let verified = verifier.verify(&unnamed(&key)).await.unwrap();
    assert_eq!(verified.key_id(), "");
    assert!(verifier.still_accepts(&verified));
    assert!(verifier.verify(&key.token(&good())).await.is_ok(), "by id");
    let forged = refusal(&verifier, "another key's", &unnamed(&other)).await;
    assert_eq!(forged, TokenError::InvalidSignature);
    for (name, kid) in [
        ("empty", json!("")),
        ("null", json!(null)),
        ("a number", json!(1)),
    ] {
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": kid});
        let token = key.token_with_header(&header, &good());
        let refused = refusal(&verifier, name, &token).await;
        assert_eq!(refused, TokenError::MissingKeyId, "{name}");
    }

    let two = without_key_ids(StaticKeys::of(&[&key, &other]));
    let refused = refusal(&two, "two keys", &unnamed(&key)).await;
    assert_eq!(refused, TokenError::MissingKeyId);
    assert!(!two.still_accepts(&verified), "nor one from before");
    let strict = of_algorithms(&[Algorithm::ES256], StaticKeys::of(&[&key]));
    let refused = refusal(&strict, "not by rule", &unnamed(&key)).await;
    assert_eq!(refused, TokenError::MissingKeyId);
}

/// An issuer that has other keys when it is asked again.
#[derive(Debug)]
struct Restarted {
    before: StaticKeys,
    after: StaticKeys,
}

impl KeySource for Restarted {
    fn current(&self) -> Option<Arc<KeySet>> {
        self.before.current()
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        self.before.with_key(key_id)
    }

    fn newer_than<'a>(&'a self, _: &'a Arc<KeySet>) -> NewerKeys<'a> {
        Box::pin(std::future::ready(self.after.current()))
    }

    fn status(&self) -> KeyStatus {
        self.before.status()
    }
}

#[tokio::test]
async fn a_new_key_with_an_old_id_is_met_when_a_signature_fails() {
    let key = || TestKey::fresh("k", Algorithm::ES256);
    let (old, new, mallory) = (key(), key(), key());
    let restarted = |before: &TestKey, after: &[&TestKey]| {
        without_key_ids(Restarted {
            before: StaticKeys::of(&[before]),
            after: StaticKeys::of(after),
        })
    };
    let verifier = restarted(&old, &[&new]);
    for token in [new.token(&good()), unnamed(&new), old.token(&good())] {
        assert!(verifier.verify(&token).await.is_ok());
    }
    for (sentence, verifier) in [
        ("a new key", restarted(&old, &[&new])),
        ("the same key", restarted(&old, &[&old])),
        (
            "no key of the id",
            restarted(&old, &[&new.named("x", Algorithm::ES256)]),
        ),
    ] {
        let forged = refusal(&verifier, sentence, &mallory.token(&good())).await;
        assert_eq!(forged, TokenError::InvalidSignature, "{sentence}");
    }
    let other_type = TestKey::fresh("k", Algorithm::EdDSA);
    let verifier = restarted(&other_type, &[&new]);
    assert!(
        verifier.verify(&new.token(&good())).await.is_ok(),
        "a new type"
    );
    let verifier = restarted(&old, &[&other_type]);
    let refused = refusal(&verifier, "another type", &new.token(&good())).await;
    let not_for_it = TokenError::AlgorithmNotAllowed(excerpt("ES256"));
    assert_eq!(refused, not_for_it);
    let verifier = restarted(&other_type, &[&other_type]);
    let refused = refusal(&verifier, "never of the type", &new.token(&good())).await;
    assert_eq!(refused, not_for_it);
}

#[tokio::test]
async fn two_keys_of_one_id_both_work() {
    let (old, new) = (
        TestKey::fresh("same", Algorithm::ES256),
        TestKey::fresh("same", Algorithm::ES256),
    );
    let other = TestKey::fresh("same", Algorithm::EdDSA);
    let all = [Algorithm::ES256, Algorithm::EdDSA];
    let verifier = of_algorithms(&all, StaticKeys::of(&[&old, &other, &new]));
    for key in [&old, &new, &other] {
        assert!(
            verifier.verify(&key.token(&good())).await.is_ok(),
            "{key:?}"
        );
    }
    let mallory = TestKey::fresh("same", Algorithm::ES256).token(&good());
    assert_eq!(
        refusal(&verifier, "a third key", &mallory).await,
        TokenError::InvalidSignature
    );
}
