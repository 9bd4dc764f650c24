//! JSON Web Signature, appendices A, E and F.

use aws_lc_rs::{hmac, signature};
use identity_core::keys::KeyRejection;
use identity_core::verification::Algorithm;
use serde_json::json;

use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::{read_set, rfc_key};
use crate::rfc_examples::{JOE, JOE_EXPIRES, decode, encode};

const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
const A1_SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A2: &str = "eyJhbGciOiJSUzI1NiJ9";
const A2_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const A3: &str = "eyJhbGciOiJFUzI1NiJ9";
const A3_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A4: &str = "eyJhbGciOiJFUzUxMiJ9";
const A4_SIGNATURE: &str = "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

/// The keys of sections A.2 and A.3, which the RFC's tokens do not name.
fn keys() -> [serde_json::Value; 2] {
    [
        rfc_key!("rfc7515-a2").published_as("2010-12-29"),
        rfc_key!("rfc7515-a3").published_as("e9bc097a-ce51-4036-9562-d2ade882db0d"),
    ]
}

fn refused(token: &str) -> String {
    refusal(rules_for("joe"), &keys(), JOE_EXPIRES - 1.0, token)
}

#[test]
fn a1_hs256_is_refused_although_its_signature_is_good() {
    let secret = decode(rfc_key!("rfc7515-a1").as_printed()["k"].as_str().unwrap());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let input = format!("{A1}.{JOE}");
    hmac::verify(&secret, input.as_bytes(), &decode(A1_SIGNATURE)).unwrap();

    assert_eq!(
        refused(&format!("{input}.{A1_SIGNATURE}")),
        r#"algorithm not allowed: "HS256""#
    );
    let mut secret = rfc_key!("rfc7515-a1").as_printed();
    secret["kid"] = json!("secret");
    assert_eq!(read_set(&[secret]), (vec![], vec![KeyRejection::NotPublic]));
}

#[test]
fn a2_rs256_holds_and_misses_a_key_id() {
    let key = rfc_key!("rfc7515-a2");
    let token = format!("{A2}.{JOE}.{A2_SIGNATURE}");
    assert!(key.made(Algorithm::RS256, &token));
    assert!(!key.made(Algorithm::RS384, &token));
    // PKCS #1 v1.5 signatures are deterministic, so the private key makes the same signature as the RFC's.
    assert_eq!(key.sign(Algorithm::RS256, &format!("{A2}.{JOE}")), token);

    assert_eq!(
        refused(&token),
        "missing key id: the header has no usable kid"
    );
}

#[test]
fn a3_es256_holds_and_misses_a_key_id() {
    let key = rfc_key!("rfc7515-a3");
    let token = format!("{A3}.{JOE}.{A3_SIGNATURE}");
    assert!(key.made(Algorithm::ES256, &token));
    assert!(!key.made(Algorithm::ES256, &token.replacen("Dt", "Du", 1)));

    assert_eq!(
        refused(&token),
        "missing key id: the header has no usable kid"
    );
}

#[test]
fn the_keys_of_a2_and_a3_are_accepted_with_what_the_rules_ask_for() {
    let claims = json!({"iss": "joe", "exp": JOE_EXPIRES, "http://example.com/is_root": true});
    let mut whole = claims.clone();
    whole["sub"] = json!("joe's user");
    whole["aud"] = json!("api");
    for (key, algorithm, id) in [
        (rfc_key!("rfc7515-a2"), Algorithm::RS256, "2010-12-29"),
        (
            rfc_key!("rfc7515-a3"),
            Algorithm::ES256,
            "e9bc097a-ce51-4036-9562-d2ade882db0d",
        ),
    ] {
        let header = json!({"alg": format!("{algorithm:?}"), "kid": id});
        let bare = key.token(algorithm, &header, &claims);
        assert_eq!(refused(&bare), "missing claim: sub");

        let token = key.token(algorithm, &header, &whole);
        let at = |now| verify(rules_for("joe"), &keys(), now, &token);
        assert_eq!(
            at(JOE_EXPIRES + 5.0).unwrap_err().to_string(),
            "token expired"
        );
        let verified = at(JOE_EXPIRES - 1.0).unwrap();
        assert_eq!(verified.key_id(), id);
        assert_eq!(
            verified.claim("http://example.com/is_root"),
            Some(&json!(true))
        );
    }
}

#[test]
fn a4_es512_is_refused_although_its_signature_is_good() {
    let key = rfc_key!("rfc7515-a4").as_printed();
    let half = |member: &str| decode(key[member].as_str().unwrap());
    let point = [&[4][..], &half("x"), &half("y")].concat();
    let input = format!("{A4}.UGF5bG9hZA");
    signature::UnparsedPublicKey::new(&signature::ECDSA_P521_SHA512_FIXED, point)
        .verify(input.as_bytes(), &decode(A4_SIGNATURE))
        .unwrap();

    // Its payload is the word "Payload", which is detected first.
    assert_eq!(
        refused(&format!("{input}.{A4_SIGNATURE}")),
        "malformed token: Invalid payload"
    );
    assert_eq!(
        refused(&format!("{A4}.{JOE}.{A4_SIGNATURE}")),
        r#"algorithm not allowed: "ES512""#
    );
    let published = rfc_key!("rfc7515-a4").published_as("P-521");
    assert_eq!(
        read_set(&[published]),
        (vec![], vec![KeyRejection::Unsupported])
    );
}

#[test]
fn a5_an_unsecured_token_is_refused() {
    assert_eq!(
        refused(&format!("eyJhbGciOiJub25lIn0.{JOE}.")),
        r#"algorithm not allowed: "none""#
    );
}

#[test]
fn a6_and_a7_the_json_serializations_are_refused() {
    let general = json!({"payload": JOE, "signatures": [
        {"protected": A2, "header": {"kid": "2010-12-29"}, "signature": A2_SIGNATURE},
        {"protected": A3, "header": {"kid": "e9bc097a-ce51-4036-9562-d2ade882db0d"},
         "signature": A3_SIGNATURE},
    ]});
    let flattened = json!({"payload": JOE, "protected": A3,
        "header": {"kid": "e9bc097a-ce51-4036-9562-d2ade882db0d"}, "signature": A3_SIGNATURE});
    for form in [general, flattened] {
        assert_eq!(
            refused(&form.to_string()),
            "malformed token: Not enough segments"
        );
    }
}

#[test]
fn e_a_critical_extension_is_refused() {
    let header = "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0";
    let read: serde_json::Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!(read["crit"], json!(["http://example.com/UNDEFINED"]));
    assert_eq!(
        refused(&format!("{header}.RkFJTA.")),
        "malformed token: Invalid payload",
        "its payload is the word FAIL"
    );

    // The same extension in an otherwise valid token.
    let mut signed = read;
    signed["alg"] = json!("RS256");
    signed["kid"] = json!("2010-12-29");
    let claims = json!({"iss": "joe", "sub": "S", "aud": "api", "exp": JOE_EXPIRES});
    let token = rfc_key!("rfc7515-a2").token(Algorithm::RS256, &signed, &claims);
    assert_eq!(
        refused(&token),
        "critical header: no extension is understood"
    );
}

#[test]
fn f_detached_content_is_refused() {
    assert_eq!(
        refused(&format!("{A2}..{A2_SIGNATURE}")),
        "malformed token: Invalid payload"
    );
}

#[test]
fn c_and_2_padding_and_another_alphabet_are_refused() {
    // The example bytes of section C, in the three alphabets that a lenient decoder accepts.
    let bytes = [3, 236, 255, 224, 193];
    assert_eq!(encode(bytes), "A-z_4ME");
    for signature in ["A+z/4ME", "A-z_4ME=", "A-z_4MF"] {
        let header = encode(json!({"alg": "RS256", "kid": "2010-12-29"}).to_string());
        assert_eq!(
            refused(&format!("{header}.{JOE}.{signature}")),
            "malformed token: Invalid signature encoding",
            "{signature}"
        );
    }
}
