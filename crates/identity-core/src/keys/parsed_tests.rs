//! What is kept, and that it verifies what the library verifies.

use std::rc::Rc;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::Jwk;

use super::{KEPT, MAX_KEPT, PROVIDER, kept, parse, verifier};
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
        let (key, other) = (
            TestKey::fresh("k", algorithm),
            TestKey::fresh("k", algorithm),
        );
        let (message, signature) = signed(&key);
        // Twice: as it is parsed, and as it was kept.
        for _ in 0..2 {
            let ours = verifier(&algorithm, &public(&key)).unwrap();
            assert_eq!(ours.algorithm(), algorithm);
            let mut broken = signature.clone();
            broken[10] ^= 1;
            assert!(ours.verify(&message, &broken).is_err(), "{algorithm:?}");
            assert!(ours.verify(b"another", &signature).is_err());
            assert!(ours.verify(&message, &signature[1..].to_vec()).is_err());
            assert!(ours.verify(&message, &Vec::new()).is_err());
            let theirs = verifier(&algorithm, &public(&other)).unwrap();
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
            let ours = verifier(&algorithm, &key);
            let theirs = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &key);
            assert_eq!(
                ours.is_ok_and(|ours| ours.verify(&message, &signature).is_ok()),
                theirs.is_ok_and(|theirs| theirs.verify(&message, &signature).is_ok()),
                "{of:?} as {algorithm:?}"
            );
        }
    }
}

#[test]
fn a_secret_is_left_to_the_library() {
    let secret = DecodingKey::from_secret(b"a secret of thirty-two bytes....");
    assert!(parse(&secret, Algorithm::HS256).is_none());
    assert!(kept(Algorithm::HS256, &secret).is_none());
    assert!(verifier(&Algorithm::HS256, &secret).is_ok());
    assert!(verifier(&Algorithm::EdDSA, &secret).is_err());
}

#[test]
fn a_key_that_is_too_short_verifies_nothing() {
    let short = DecodingKey::from_rsa_raw_components(&[0xff; 16], &[1, 0, 1]);
    for _ in 0..2 {
        let verifier = verifier(&Algorithm::RS256, &short).unwrap();
        assert!(verifier.verify(b"m", &vec![1; 16]).is_err());
        assert!(verifier.verify(b"m", &vec![0; 256]).is_err());
    }
}

#[test]
fn a_key_is_parsed_once_for_each_algorithm_that_it_verifies() {
    for algorithm in ALL {
        let key = TestKey::fresh("k", algorithm);
        let [first, again] = [(); 2].map(|()| kept(algorithm, &public(&key)).unwrap());
        assert!(Rc::ptr_eq(&first, &again), "{algorithm:?}");
        let other = kept(algorithm, &public(&TestKey::fresh("k", algorithm)));
        assert!(!Rc::ptr_eq(&first, &other.unwrap()), "{algorithm:?}");
    }
}

#[test]
fn what_is_installed_keeps_the_keys_that_it_parsed() {
    let key = public(&TestKey::fresh("k", Algorithm::EdDSA));
    assert!((PROVIDER.verifier_factory)(&Algorithm::EdDSA, &key).is_ok());
    KEPT.with_borrow(|kept| assert!(kept.iter().any(|one| one.is(&key, Algorithm::EdDSA))));
}

/// A modulus alone is no key, and neither is an exponent.
#[test]
fn rsa_keys_that_share_a_part_are_two() {
    let keys = [(0xc1, 3), (0xc1, 5), (0xc3, 3)].map(|(first, e)| {
        let n = [&[first][..], &[0x55; 255]].concat();
        DecodingKey::from_rsa_raw_components(&n, &[e])
    });
    let kept = keys.map(|key| kept(Algorithm::RS256, &key).unwrap());
    assert!(!Rc::ptr_eq(&kept[0], &kept[1]) && !Rc::ptr_eq(&kept[0], &kept[2]));
}

#[test]
fn a_bounded_number_is_kept_and_the_oldest_go_first() {
    let keys: Vec<_> = (0..MAX_KEPT + 2)
        .map(|_| public(&TestKey::fresh("k", Algorithm::EdDSA)))
        .collect();
    for key in keys.iter().chain(&keys[2..]) {
        assert!(kept(Algorithm::EdDSA, key).is_some());
    }
    KEPT.with_borrow(|kept| {
        assert_eq!(kept.len(), MAX_KEPT);
        let is_kept = |key| kept.iter().any(|one| one.is(key, Algorithm::EdDSA));
        assert!(!is_kept(&keys[0]) && !is_kept(&keys[1]));
        assert!(keys[2..].iter().all(is_kept));
    });
}
