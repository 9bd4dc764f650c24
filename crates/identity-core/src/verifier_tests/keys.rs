//! Which key verifies which signature.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{excerpt, good, of_algorithms, parts, refusal, signed_with, usual};
use crate::TokenError;
use crate::testing::{StaticKeys, TestKey};
use crate::verification::Algorithm;

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
    let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    let secrets = [
        ("DER", der),
        ("PEM", pem.clone().into_bytes()),
        (
            "PEM without its last line break",
            pem.trim_end().as_bytes().to_vec(),
        ),
        ("the modulus", modulus),
        (
            "the modulus as written",
            jwk["n"].as_str().unwrap().as_bytes().to_vec(),
        ),
        ("the JWK", jwk.to_string().into_bytes()),
        ("nothing", Vec::new()),
    ];
    for (sentence, secret) in secrets {
        for (algorithm, expected) in [
            ("HS256", TokenError::AlgorithmNotAllowed(excerpt("HS256"))),
            ("RS256", TokenError::InvalidSignature),
        ] {
            let token = key.token_with_header(
                &json!({"alg": algorithm, "typ": "JWT", "kid": "fixed"}),
                &good(),
            );
            let (input, _) = parts(&token);
            let tag = hmac::sign(
                &hmac::Key::new(hmac::HMAC_SHA256, &secret),
                input.as_bytes(),
            );
            let refused = refusal(&usual(), sentence, &signed_with(input, tag.as_ref())).await;
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
    let rows = [
        (
            "PS256 by a key that is published for RS256",
            rsa.named("fixed", Algorithm::PS256).token(&claims),
            "PS256",
        ),
        (
            "RS256 by the name of an EC key",
            rsa.named("ec", Algorithm::RS256).token(&claims),
            "RS256",
        ),
        (
            "ES256 by the name of an RSA key",
            ec.named("fixed", Algorithm::ES256).token(&claims),
            "ES256",
        ),
        (
            "EdDSA by the name of an EC key",
            ec.named("ec", Algorithm::EdDSA).token(&claims),
            "EdDSA",
        ),
    ];
    for (sentence, token, algorithm) in rows {
        let expected = TokenError::AlgorithmNotAllowed(excerpt(algorithm));
        assert_eq!(
            refusal(&verifier, sentence, &token).await,
            expected,
            "{sentence}"
        );
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

    let header = |algorithm: &str| json!({"alg": algorithm, "kid": "secret"});
    let token = |header: &Value| {
        let token = key.token_with_header(header, &good());
        let (input, _) = parts(&token);
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]),
            input.as_bytes(),
        );
        signed_with(input, tag.as_ref())
    };
    let refused = refusal(
        &verifier,
        "HS256 with the published secret",
        &token(&header("HS256")),
    )
    .await;
    assert_eq!(refused, TokenError::AlgorithmNotAllowed(excerpt("HS256")));
    let refused = refusal(
        &verifier,
        "RS256 by the secret's name",
        &token(&header("RS256")),
    )
    .await;
    assert_eq!(refused, TokenError::KeyNotFound(excerpt("secret")));
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
