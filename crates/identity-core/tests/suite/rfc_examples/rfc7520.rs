//! Examples of protecting content with JOSE, sections 3 and 4. The payload is a sentence, so none of its tokens is a
//! JWT.

use aws_lc_rs::{hmac, signature};
use identity_core::keys::KeyRejection;
use identity_core::verification::{Algorithm, Algorithms};
use serde_json::json;

use crate::rfc_examples::decode;
use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::{read_set, rfc_key};

const BILBO: &str = "bilbo.baggins@hobbiton.example";
const SENTENCE: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
const RS256: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
const RS256_SIGNATURE: &str = "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";
const PS384: &str = "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
const PS384_SIGNATURE: &str = "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw";
const ES512: &str = "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
const ES512_SIGNATURE: &str = "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2";
const HS256: &str =
    "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9";
const HS256_SIGNATURE: &str = "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";

fn refused(token: &str) -> String {
    refusal(
        rules_for("I"),
        &[rfc_key!("rfc7520-3.4").public()],
        0.0,
        token,
    )
}

#[test]
fn section_3_of_its_keys_the_public_rsa_key_is_used() {
    assert_eq!(
        read_set(&[rfc_key!("rfc7520-3.2").public()]),
        (vec![], vec![KeyRejection::Unsupported]),
        "3.1, P-521"
    );
    for (section, key) in [
        ("3.2", rfc_key!("rfc7520-3.2")),
        ("3.4", rfc_key!("rfc7520-3.4")),
        ("3.5", rfc_key!("rfc7520-3.5")),
    ] {
        assert_eq!(
            read_set(&[key.as_printed()]),
            (vec![], vec![KeyRejection::NotPublic]),
            "{section}"
        );
    }
    assert_eq!(
        read_set(&[rfc_key!("rfc7520-3.4").public()]),
        (vec![BILBO.to_owned()], vec![]),
        "3.3"
    );
}

#[test]
fn sections_4_1_and_4_2_rs256_and_ps384_hold() {
    let key = rfc_key!("rfc7520-3.4");
    let [rs256, ps384] = [
        format!("{RS256}.{SENTENCE}.{RS256_SIGNATURE}"),
        format!("{PS384}.{SENTENCE}.{PS384_SIGNATURE}"),
    ];
    assert!(key.made(Algorithm::RS256, &rs256));
    assert!(!key.made(Algorithm::PS256, &rs256));
    assert_eq!(
        key.sign(Algorithm::RS256, &format!("{RS256}.{SENTENCE}")),
        rs256
    );
    assert!(key.made(Algorithm::PS384, &ps384));
    assert!(!key.made(Algorithm::RS384, &ps384));
    assert!(!key.made(Algorithm::PS512, &ps384));
    for token in [rs256, ps384] {
        assert_eq!(refused(&token), "malformed token: Invalid payload");
    }
}

#[test]
fn its_rsa_key_signs_what_the_rules_accept() {
    let key = rfc_key!("rfc7520-3.4");
    let published = [key.public()];
    let claims = json!({"iss": "I", "sub": "S", "aud": "api", "exp": 60});
    for algorithm in [Algorithm::RS256, Algorithm::PS384] {
        let header = json!({"alg": format!("{algorithm:?}"), "kid": BILBO});
        let token = key.token(algorithm, &header, &claims);
        let verified = verify(rules_for("I"), &published, 0.0, &token).unwrap();
        assert_eq!(verified.key_id(), BILBO);

        // The key has no `alg`, so the rules alone decide which algorithms are accepted.
        let mut only_the_other = rules_for("I");
        only_the_other.algorithms = Algorithms::new([Algorithm::PS256]).unwrap();
        assert_eq!(
            refusal(only_the_other, &published, 0.0, &token),
            format!(r#"algorithm not allowed: "{algorithm:?}""#)
        );
    }
}

#[test]
fn section_4_3_es512_is_refused_although_its_signature_is_good() {
    let key = rfc_key!("rfc7520-3.2").public();
    let half = |member: &str| decode(key[member].as_str().unwrap());
    let point = [&[4][..], &half("x"), &half("y")].concat();
    signature::UnparsedPublicKey::new(&signature::ECDSA_P521_SHA512_FIXED, point)
        .verify(
            format!("{ES512}.{SENTENCE}").as_bytes(),
            &decode(ES512_SIGNATURE),
        )
        .unwrap();
    assert_eq!(
        refused(&format!(
            "{ES512}.{}.{ES512_SIGNATURE}",
            crate::rfc_examples::JOE
        )),
        r#"algorithm not allowed: "ES512""#
    );
}

#[test]
fn section_4_4_hs256_is_refused_although_its_signature_is_good() {
    let secret = decode(rfc_key!("rfc7520-3.5").as_printed()["k"].as_str().unwrap());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let input = format!("{HS256}.{SENTENCE}");
    hmac::verify(&secret, input.as_bytes(), &decode(HS256_SIGNATURE)).unwrap();
    assert_eq!(
        refused(&format!(
            "{HS256}.{}.{HS256_SIGNATURE}",
            crate::rfc_examples::JOE
        )),
        r#"algorithm not allowed: "HS256""#
    );
}

#[test]
fn section_4_5_detached_content_is_refused() {
    // The RFC detaches the payload of section 4.4; the same with a trusted key.
    for token in [
        format!("{HS256}..{HS256_SIGNATURE}"),
        format!("{RS256}..{RS256_SIGNATURE}"),
    ] {
        assert_eq!(refused(&token), "malformed token: Invalid payload");
    }
}
