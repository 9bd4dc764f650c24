use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{KeyRejection, VerificationKey};
use crate::keys::{KeySet, KeySetError};
use crate::testing::TestKey;
use crate::verification::Algorithm;

fn read(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::from_json(json!({ "keys": keys }).to_string().as_bytes(), 100)
}

/// Returns a usable EC key with this member changed.
fn ec(name: &str, value: Value) -> Value {
    changed(&TestKey::fresh("k", Algorithm::ES256), name, value)
}

/// Returns a usable RSA key with this member changed.
fn rsa(name: &str, value: Value) -> Value {
    changed(&TestKey::fixed().named("k", Algorithm::RS256), name, value)
}

fn changed(key: &TestKey, name: &str, value: Value) -> Value {
    let mut jwk = key.jwk();
    jwk[name] = value;
    jwk
}

fn lacking(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

/// Returns a number of this many bytes, odd as every modulus is.
fn number(bytes: usize) -> Value {
    json!(URL_SAFE_NO_PAD.encode(vec![0xc5; bytes]))
}

/// Checks that each row's key is skipped for this reason, and that the set can be used without it.
fn skips<const N: usize>(expected: &KeyRejection, rows: [(&str, Value); N]) {
    for (sentence, jwk) in rows {
        let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        let set = read(&[jwk, TestKey::fixed().jwk()]).unwrap();
        let found = (set.len(), set.has("fixed"), set.has("k"));
        assert_eq!(found, (1, true, false), "{sentence}");
        let [skipped] = set.skipped() else {
            panic!("{sentence}: {set:?}")
        };
        let reason = match &skipped.reason {
            KeyRejection::Unreadable(_) => unreadable(),
            other => other.clone(),
        };
        let found = (&reason, &skipped.id);
        assert_eq!(found, (expected, &id), "{sentence}: {}", skipped.reason);
    }
}

/// Returns a key of this Edwards or Montgomery curve.
fn okp(curve: &str, x: Value) -> Value {
    json!({"kty": "OKP", "crv": curve, "kid": "k", "x": x})
}

/// Stands for a key that cannot be read, whatever the text says.
fn unreadable() -> KeyRejection {
    KeyRejection::Unreadable(String::new())
}

#[test]
fn a_key_that_cannot_be_read_is_skipped_and_named() {
    let modulus = TestKey::fixed().jwk()["n"].as_str().unwrap().to_owned();
    let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(&modulus).unwrap());
    let other_alphabet = format!("+/{modulus}");
    let rows = [
        ("not an object", json!("text")),
        ("nothing", Value::Null),
        ("a kid that is a number", ec("kid", json!(1))),
        ("a modulus with padding", rsa("n", json!(padded))),
        ("not base64url", rsa("n", json!(other_alphabet))),
    ];
    skips(&unreadable(), rows);
    let rows = [
        ("no kid", lacking(ec("a", json!(1)), "kid")),
        ("an empty kid", ec("kid", json!(""))),
    ];
    skips(&KeyRejection::NoKeyId, rows);
}

#[test]
fn a_key_that_is_not_for_signatures_is_skipped_and_named() {
    let secret = json!({"kty": "oct", "kid": "k", "k": "AAAA"});
    let rs256 = json!({"kty": "oct", "kid": "k", "k": "AAAA", "alg": "RS256"});
    let rows = [
        ("a secret", secret),
        ("a secret for RS256", rs256),
        ("a private part", ec("d", json!("AAAA"))),
        ("an RSA private part", rsa("p", json!("AAAA"))),
    ];
    skips(&KeyRejection::NotPublic, rows);
    let rows = [
        ("for encryption", ec("use", json!("enc"))),
        ("for an unknown use", ec("use", json!("SIG"))),
    ];
    skips(&KeyRejection::NotForSignatures("use"), rows);
    let rows = [
        ("for signing only", ec("key_ops", json!(["sign"]))),
        ("operations, a text", ec("key_ops", json!("verify"))),
        ("no operations", ec("key_ops", json!([]))),
    ];
    skips(&KeyRejection::NotForSignatures("key_ops"), rows);
    let rows = [
        ("an RSA key for HS256", rsa("alg", json!("HS256"))),
        ("an RSA key for ES256", rsa("alg", json!("ES256"))),
        ("RSA, to encrypt", rsa("alg", json!("RSA-OAEP"))),
        ("EC, of another curve", ec("alg", json!("ES384"))),
        ("an alg that is null", ec("alg", Value::Null)),
    ];
    skips(&KeyRejection::NotForSignatures("alg"), rows);
}

#[test]
fn a_key_of_an_unknown_kind_is_skipped_and_named() {
    let edwards = json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let without_alg = |name, value| lacking(ec(name, json!(value)), "alg");
    let rows = [
        ("no kty", lacking(ec("a", json!(1)), "kty")),
        ("P-521", without_alg("crv", "P-521")),
        ("secp256k1", without_alg("crv", "secp256k1")),
        ("an Edwards key on P-256", okp("P-256", edwards)),
        ("an unknown kty", without_alg("kty", "AKP")),
        ("an X25519 key", okp("X25519", number(32))),
    ];
    skips(&KeyRejection::Unsupported, rows);
}

#[test]
fn a_signature_algorithm_that_is_not_supported_is_named() {
    for name in ["ES512", "ES256K", "Ed448"] {
        let set = read(&[ec("alg", json!(name)), TestKey::fixed().jwk()]).unwrap();
        let reason = set.skipped()[0].reason.to_string();
        assert_eq!(reason, format!("its algorithm {name} is not supported"));
        let only = read(&[ec("alg", json!(name))]).unwrap_err().to_string();
        assert!(only.ends_with(&reason), "{only}");
    }
}

#[test]
fn a_key_for_ed25519_is_one_for_eddsa() {
    let key = TestKey::fresh("k", Algorithm::EdDSA);
    let set = read(&[changed(&key, "alg", json!("Ed25519"))]).unwrap();
    assert!(set.of("k")[0].is_for(Algorithm::EdDSA));
    let rows = [("an EC key for Ed25519", ec("alg", json!("Ed25519")))];
    skips(&KeyRejection::NotForSignatures("alg"), rows);
}

#[test]
fn leading_zeros_of_a_number_change_nothing() {
    let key = TestKey::fixed().named("k", Algorithm::RS256);
    let padded = |member: &str| {
        let number = URL_SAFE_NO_PAD.decode(key.jwk()[member].as_str().unwrap());
        json!(URL_SAFE_NO_PAD.encode([&[0, 0][..], &number.unwrap()].concat()))
    };
    let plain = VerificationKey::from_jwk(&key.jwk()).unwrap();
    let token = key.token(&json!({}));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for member in ["n", "e"] {
        let found = VerificationKey::from_jwk(&rsa(member, padded(member)));
        let found = found.unwrap_or_else(|error| panic!("{member}: {error}"));
        assert!(
            found.material() == plain.material(),
            "{member}: the same key"
        );
        let verifier = found.verifier(Algorithm::RS256).unwrap();
        assert!(verifier.verify(input.as_bytes(), &signature).is_ok());
    }
    let rows = [("zeros and no number", rsa("n", json!("AAAA")))];
    skips(&KeyRejection::WeakOrBroken, rows);
}

#[test]
fn a_key_that_is_weak_or_broken_is_skipped_and_named() {
    let elsewhere = lacking(ec("crv", json!("P-384")), "alg");
    let bytes = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
    let rows = [
        ("an empty modulus", rsa("n", json!(""))),
        ("1024 bits", rsa("n", number(128))),
        ("2040 bits", rsa("n", number(255))),
        ("8200 bits", rsa("n", number(1025))),
        ("an even modulus", rsa("n", bytes(&[0xc4; 256]))),
        ("e = 1", rsa("e", json!("AQ"))),
        ("e = 2", rsa("e", json!("Ag"))),
        ("e = 0", rsa("e", json!("AA"))),
        ("an e of 64 bits", rsa("e", bytes(&[0xff; 8]))),
        ("a point that is not on the curve", ec("x", number(32))),
        ("the point at infinity", ec("x", json!(""))),
        ("half a point", ec("y", json!(""))),
        ("a P-256 point said to be on P-384", elsewhere),
        ("a short Ed25519 key", okp("Ed25519", json!("AAAA"))),
    ];
    skips(&KeyRejection::WeakOrBroken, rows);
}

#[test]
fn a_key_is_for_the_algorithms_of_its_type_or_the_one_it_names() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let rsa_family = [RS256, RS384, RS512, PS256, PS384, PS512];
    let unnamed = |algorithm| lacking(TestKey::fresh("k", algorithm).jwk(), "alg");
    let both = json!(["sign", "verify"]);
    let unknown_member = rsa("https://example.com/", json!({"a": []}));
    let rows = [
        ("RSA", lacking(rsa("a", json!(1)), "alg"), &rsa_family[..]),
        ("RSA for PS384", rsa("alg", json!("PS384")), &[PS384]),
        ("P-256 without alg", unnamed(ES256), &[ES256]),
        ("P-384 without alg", unnamed(ES384), &[ES384]),
        ("Ed25519 without alg", unnamed(EdDSA), &[EdDSA]),
        (
            "no use",
            lacking(rsa("alg", json!("RS256")), "use"),
            &[RS256],
        ),
        ("for both operations", rsa("key_ops", both), &[RS256]),
        ("with certificates", rsa("x5c", json!(["MIIB"])), &[RS256]),
        ("with an unknown member", unknown_member, &[RS256]),
        ("e = 3", rsa("e", json!("Aw")), &[RS256]),
        ("3072 bits", rsa("n", number(384)), &[RS256]),
        ("8192 bits", rsa("n", number(1024)), &[RS256]),
    ];
    for (sentence, jwk, expected) in rows {
        let set = read(&[jwk]).unwrap_or_else(|error| panic!("{sentence}: {error}"));
        let [key] = set.of("k") else {
            panic!("{sentence}: {set:?}")
        };
        let others = [ES256, ES384, EdDSA, Algorithm::HS256];
        let mut found = [&rsa_family[..], &others].concat();
        found.retain(|algorithm| key.is_for(*algorithm));
        assert_eq!((&found[..], key.id()), (expected, "k"), "{sentence}");
    }
}

#[test]
fn a_private_part_of_whatever_kind_spoils_a_key() {
    for member in ["k", "d", "p", "q", "dp", "dq", "qi", "oth"] {
        for jwk in [rsa(member, json!("AAAA")), ec(member, Value::Null)] {
            let error = read(&[jwk]).unwrap_err();
            let expected = r#"none of its 1 keys can be used: key "k": it is not a public key"#;
            assert_eq!(error.to_string(), expected, "{member}");
        }
    }
}

/// Neither the modulus nor the exponent alone identifies a key.
#[test]
fn rsa_keys_that_share_a_part_are_two() {
    let n = |first: u8| json!(URL_SAFE_NO_PAD.encode([&[first][..], &[0x55; 255]].concat()));
    let keys = [(0xc1, "Aw"), (0xc1, "BQ"), (0xc3, "Aw")].map(|(first, e)| {
        let mut jwk = rsa("n", n(first));
        jwk["e"] = json!(e);
        VerificationKey::from_jwk(&jwk).unwrap().material()
    });
    assert!(keys[0] != keys[1] && keys[0] != keys[2]);
}
