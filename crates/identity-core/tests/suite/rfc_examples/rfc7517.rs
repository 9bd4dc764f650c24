//! JSON Web Key, appendices A and B.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity_core::keys::{KeyRejection, KeySet, KeySetError};
use identity_core::verification::Algorithm;
use serde_json::json;

use crate::rfc_examples::decode;
use crate::rfc_examples::issuer::{rules_for, verify};
use crate::rfc_examples::rfc_key::{read_set, rfc_key};

#[test]
fn a1_of_the_public_keys_the_one_for_signatures_is_used() {
    let keys = [
        rfc_key!("rfc7517-a2-ec").public(),
        rfc_key!("rfc7517-a2").public(),
    ];
    let document = json!({ "keys": keys }).to_string();
    let set = KeySet::from_json(document.as_bytes(), 2).unwrap();
    assert_eq!(set.len(), 1);
    let [key] = set.of("2011-04-29") else {
        panic!("{set:?}")
    };
    assert!(key.is_for(Algorithm::RS256));
    assert!(!key.is_for(Algorithm::PS256), "its alg is RS256");
    let [skipped] = set.skipped() else {
        panic!("{set:?}")
    };
    assert_eq!(skipped.id.as_deref(), Some("1"));
    assert_eq!(skipped.reason, KeyRejection::NotForSignatures("use"));

    let claims = json!({"iss": "I", "sub": "S", "aud": "api", "exp": 60});
    let header = json!({"alg": "RS256", "kid": "2011-04-29"});
    let token = rfc_key!("rfc7517-a2").token(Algorithm::RS256, &header, &claims);
    assert!(verify(rules_for("I"), &keys, 0.0, &token).is_ok());
}

#[test]
fn a2_private_keys_are_refused() {
    let keys = [
        rfc_key!("rfc7517-a2-ec").as_printed(),
        rfc_key!("rfc7517-a2").as_printed(),
    ];
    let document = json!({ "keys": keys }).to_string();
    let error = KeySet::from_json(document.as_bytes(), 2).unwrap_err();
    assert!(matches!(error, KeySetError::NoUsableKey(skipped) if skipped.len() == 2));
    assert_eq!(
        read_set(&keys),
        (
            vec![],
            vec![KeyRejection::NotPublic, KeyRejection::NotPublic]
        )
    );
}

#[test]
fn a3_symmetric_keys_are_refused() {
    let wrapping = json!({"kty": "oct", "alg": "A128KW", "k": "GawgguFyGrWKav7AX4VKUg"});
    let mut signing = rfc_key!("rfc7515-a1").as_printed();
    signing["kid"] = json!("HMAC key used in JWS spec Appendix A.1 example");
    assert_eq!(
        read_set(&[wrapping, signing]),
        (
            vec![],
            vec![KeyRejection::NotPublic, KeyRejection::NotPublic]
        )
    );
}

#[test]
fn b_a_certificate_beside_the_key_is_not_what_is_used() {
    let mut key = rfc_key!("rfc7517-b").public();
    let certificate = STANDARD.decode(key["x5c"][0].as_str().unwrap()).unwrap();
    let modulus = decode(key["n"].as_str().unwrap());
    assert!(
        certificate
            .windows(modulus.len())
            .any(|part| part == modulus),
        "the RFC's certificate is for the RFC's key"
    );
    assert_eq!(read_set(&[key.clone()]), (vec!["1b94c".to_owned()], vec![]));

    // It expired in 2018 and does not affect the key; nor does an invalid one.
    key["x5c"] = json!(["no certificate"]);
    assert_eq!(read_set(&[key]), (vec!["1b94c".to_owned()], vec![]));
}
