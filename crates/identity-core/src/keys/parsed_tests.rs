//! A parsed key verifies the same signatures as the library.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::signature::Verifier;

use super::ParsedKey;
use crate::keys::VerificationKey;
use crate::testing::TestKey;
use crate::verification::Algorithm;

const ALL: [Algorithm; 9] = [
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

fn public(key: &TestKey) -> DecodingKey {
    let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
    DecodingKey::from_jwk(&jwk).unwrap()
}

fn parsed(key: &TestKey, algorithm: Algorithm) -> ParsedKey {
    ParsedKey::new(&public(key), algorithm).unwrap()
}

fn signed(key: &TestKey) -> (Vec<u8>, Vec<u8>) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let token = key.token(&serde_json::json!({"sub": "U1"}));
    let (input, signature) = token.rsplit_once('.').unwrap();
    (
        input.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(signature).unwrap(),
    )
}

#[test]
fn a_broken_signature_or_another_key_is_refused_and_a_good_one_is_not() {
    for algorithm in ALL {
        let keys = [(); 2].map(|()| TestKey::fresh("k", algorithm));
        let (message, signature) = signed(&keys[0]);
        let [ours, theirs] = keys.map(|key| parsed(&key, algorithm));
        // Twice, because a parsed key is reused.
        for _ in 0..2 {
            assert_eq!(ours.algorithm(), algorithm);
            let mut broken = signature.clone();
            broken[10] ^= 1;
            assert!(ours.verify(&message, &broken).is_err(), "{algorithm:?}");
            assert!(ours.verify(b"another", &signature).is_err());
            assert!(ours.verify(&message, &signature[1..].to_vec()).is_err());
            assert!(ours.verify(&message, &Vec::new()).is_err());
            assert!(theirs.verify(&message, &signature).is_err());
            assert!(ours.verify(&message, &signature).is_ok(), "{algorithm:?}");
        }
    }
}

#[test]
fn a_key_of_one_kind_verifies_for_no_other() {
    for of in ALL {
        let key = TestKey::fresh("k", of);
        let (message, signature) = signed(&key);
        let key = public(&key);
        for algorithm in ALL.into_iter().filter(|algorithm| *algorithm != of) {
            let ours = ParsedKey::new(&key, algorithm);
            let theirs = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &key);
            assert_eq!(
                ours.is_some_and(|ours| ours.verify(&message, &signature).is_ok()),
                theirs.is_ok_and(|theirs| theirs.verify(&message, &signature).is_ok()),
                "{of:?} as {algorithm:?}"
            );
        }
    }
}

#[test]
fn a_secret_is_never_parsed() {
    let secret = DecodingKey::from_secret(b"a secret of thirty-two bytes....");
    for algorithm in ALL.into_iter().chain([Algorithm::HS256]) {
        assert!(ParsedKey::new(&secret, algorithm).is_none());
    }
}

#[test]
fn a_key_that_is_too_short_verifies_nothing() {
    let short = DecodingKey::from_rsa_raw_components(&[0xff; 16], &[1, 0, 1]);
    if let Some(key) = ParsedKey::new(&short, Algorithm::RS256) {
        assert!(key.verify(b"m", &vec![1; 16]).is_err());
        assert!(key.verify(b"m", &vec![0; 256]).is_err());
    }
}

#[test]
fn a_key_has_a_verifier_for_each_of_its_algorithms_and_no_other() {
    let mut unnamed = TestKey::fixed().jwk();
    unnamed.as_object_mut().unwrap().remove("alg");
    let named = TestKey::fresh("k", Algorithm::PS384).jwk();
    for (jwk, expected) in [(unnamed, &ALL[..6]), (named, &[Algorithm::PS384])] {
        let key = VerificationKey::from_jwk(&jwk).unwrap();
        let verifiers = ALL
            .iter()
            .filter_map(|one| Some((one, key.verifier(*one)?)));
        let (asked, given): (Vec<_>, Vec<_>) = verifiers
            .map(|(one, verifier)| (*one, verifier.algorithm()))
            .unzip();
        assert_eq!((&asked[..], &given[..]), (expected, expected));
    }
}
