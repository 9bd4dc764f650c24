//! Which key verifies which signature.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{excerpt, good, of_algorithms, parts, refusal, signed_with, usual};
use crate::TokenError;
use crate::testing::{StaticKeys, TestKey};
use crate::verification::Algorithm;

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
