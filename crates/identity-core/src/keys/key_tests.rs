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

#[test]
fn a_key_that_cannot_be_used_is_skipped_and_named() {
    use KeyRejection::{NoKeyId, NotForSignatures, NotPublic, Unsupported, WeakOrBroken};
    let unreadable = || KeyRejection::Unreadable(String::new());
    let modulus = TestKey::fixed().jwk()["n"].as_str().unwrap().to_owned();
    let padded = json!(URL_SAFE.encode(URL_SAFE_NO_PAD.decode(&modulus).unwrap()));
    let rows = [
        ("not an object", json!("text"), unreadable()),
        ("nothing", Value::Null, unreadable()),
        ("no kty", lacking(ec("a", json!(1)), "kty"), Unsupported),
        ("no kid", lacking(ec("a", json!(1)), "kid"), NoKeyId),
        ("an empty kid", ec("kid", json!("")), NoKeyId),
        ("a kid that is a number", ec("kid", json!(1)), unreadable()),
        (
            "a secret",
            json!({"kty": "oct", "kid": "k", "k": "AAAA"}),
            NotPublic,
        ),
        (
            "a secret for RS256",
            json!({"kty": "oct", "kid": "k", "k": "AAAA", "alg": "RS256"}),
            NotPublic,
        ),
        ("a private part", ec("d", json!("AAAA")), NotPublic),
        ("an RSA private part", rsa("p", json!("AAAA")), NotPublic),
        (
            "for encryption",
            ec("use", json!("enc")),
            NotForSignatures("use"),
        ),
        (
            "for an unknown use",
            ec("use", json!("SIG")),
            NotForSignatures("use"),
        ),
        (
            "for signing only",
            ec("key_ops", json!(["sign"])),
            NotForSignatures("key_ops"),
        ),
        (
            "operations that are a text",
            ec("key_ops", json!("verify")),
            NotForSignatures("key_ops"),
        ),
        (
            "no operations",
            ec("key_ops", json!([])),
            NotForSignatures("key_ops"),
        ),
        (
            "an RSA key for HS256",
            rsa("alg", json!("HS256")),
            NotForSignatures("alg"),
        ),
        (
            "an RSA key for ES256",
            rsa("alg", json!("ES256")),
            NotForSignatures("alg"),
        ),
        (
            "an RSA key for encryption",
            rsa("alg", json!("RSA-OAEP")),
            NotForSignatures("alg"),
        ),
        (
            "an EC key for another curve's algorithm",
            ec("alg", json!("ES384")),
            NotForSignatures("alg"),
        ),
        (
            "an alg that is null",
            ec("alg", Value::Null),
            NotForSignatures("alg"),
        ),
        (
            "P-521",
            lacking(ec("crv", json!("P-521")), "alg"),
            Unsupported,
        ),
        (
            "secp256k1",
            lacking(ec("crv", json!("secp256k1")), "alg"),
            Unsupported,
        ),
        (
            "an Edwards key on a curve of another kind",
            json!({"kty": "OKP", "crv": "P-256", "kid": "k",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
            Unsupported,
        ),
        (
            "an unknown kty",
            lacking(ec("kty", json!("AKP")), "alg"),
            Unsupported,
        ),
        ("a modulus with padding", rsa("n", padded), unreadable()),
        (
            "a modulus that is not base64url",
            rsa("n", json!(format!("+/{modulus}"))),
            unreadable(),
        ),
        ("an empty modulus", rsa("n", json!("")), WeakOrBroken),
        ("1024 bits", rsa("n", number(128)), WeakOrBroken),
        ("2040 bits", rsa("n", number(255)), WeakOrBroken),
        ("8200 bits", rsa("n", number(1025)), WeakOrBroken),
        (
            "an even modulus",
            rsa("n", json!(URL_SAFE_NO_PAD.encode([0xc4; 256]))),
            WeakOrBroken,
        ),
        ("e = 1", rsa("e", json!("AQ")), WeakOrBroken),
        ("e = 2", rsa("e", json!("Ag")), WeakOrBroken),
        ("e = 0", rsa("e", json!("AA")), WeakOrBroken),
        (
            "an e of 64 bits",
            rsa("e", json!(URL_SAFE_NO_PAD.encode([0xff; 8]))),
            WeakOrBroken,
        ),
        (
            "a point that is not on the curve",
            ec("x", number(32)),
            WeakOrBroken,
        ),
        ("the point at infinity", ec("x", json!("")), WeakOrBroken),
        ("half a point", ec("y", json!("")), WeakOrBroken),
        (
            "a P-256 point said to be on P-384",
            lacking(ec("crv", json!("P-384")), "alg"),
            WeakOrBroken,
        ),
        (
            "a short Ed25519 key",
            json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "AAAA"}),
            WeakOrBroken,
        ),
        (
            "an X25519 key",
            json!({"kty": "OKP", "crv": "X25519", "kid": "k", "x": number(32)}),
            Unsupported,
        ),
    ];
    for (sentence, jwk, expected) in rows {
        let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        let set = read(&[jwk, TestKey::fixed().jwk()]).unwrap();
        assert_eq!(
            (set.len(), set.has("fixed"), set.has("k")),
            (1, true, false),
            "{sentence}"
        );
        let [skipped] = set.skipped() else {
            panic!("{sentence}: {set:?}")
        };
        let reason = match &skipped.reason {
            KeyRejection::Unreadable(_) => unreadable(),
            other => other.clone(),
        };
        assert_eq!(
            (reason, &skipped.id),
            (expected, &id),
            "{sentence}: {}",
            skipped.reason
        );
    }
}

#[test]
fn a_key_is_for_the_algorithms_of_its_type_or_the_one_it_names() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let rsa_family = [RS256, RS384, RS512, PS256, PS384, PS512];
    let unnamed = |algorithm| lacking(TestKey::fresh("k", algorithm).jwk(), "alg");
    let rows = [
        (
            "RSA without alg",
            lacking(rsa("a", json!(1)), "alg"),
            rsa_family.to_vec(),
        ),
        ("RSA for PS384", rsa("alg", json!("PS384")), vec![PS384]),
        ("P-256 without alg", unnamed(ES256), vec![ES256]),
        ("P-384 without alg", unnamed(ES384), vec![ES384]),
        ("Ed25519 without alg", unnamed(EdDSA), vec![EdDSA]),
        (
            "without use",
            lacking(rsa("alg", json!("RS256")), "use"),
            vec![RS256],
        ),
        (
            "for both operations",
            rsa("key_ops", json!(["sign", "verify"])),
            vec![RS256],
        ),
        (
            "with certificates",
            rsa("x5c", json!(["MIIB"])),
            vec![RS256],
        ),
        (
            "with members that nobody knows",
            rsa("https://example.com/", json!({"a": []})),
            vec![RS256],
        ),
        ("e = 3", rsa("e", json!("Aw")), vec![RS256]),
        ("3072 bits", rsa("n", number(384)), vec![RS256]),
        ("8192 bits", rsa("n", number(1024)), vec![RS256]),
    ];
    for (sentence, jwk, expected) in rows {
        let set = read(&[jwk]).unwrap_or_else(|error| panic!("{sentence}: {error}"));
        let [key] = set.of("k") else {
            panic!("{sentence}: {set:?}")
        };
        let every = [
            RS256,
            RS384,
            RS512,
            PS256,
            PS384,
            PS512,
            ES256,
            ES384,
            EdDSA,
            Algorithm::HS256,
        ];
        let found: Vec<_> = every
            .into_iter()
            .filter(|algorithm| key.is_for(*algorithm))
            .collect();
        assert_eq!((found, key.id()), (expected, "k"), "{sentence}");
    }
}

#[test]
fn a_private_part_of_whatever_kind_spoils_a_key() {
    for member in ["k", "d", "p", "q", "dp", "dq", "qi", "oth"] {
        for jwk in [rsa(member, json!("AAAA")), ec(member, Value::Null)] {
            assert_eq!(
                read(&[jwk]).unwrap_err(),
                KeySetError::NoUsableKey(1),
                "{member}"
            );
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
