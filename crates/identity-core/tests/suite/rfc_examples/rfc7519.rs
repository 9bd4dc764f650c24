//! JSON Web Token, sections 3.1 and 6.1, appendix A.

use identity_core::verification::Algorithm;
use serde_json::json;

use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::rfc_key;
use crate::rfc_examples::{JOE, JOE_EXPIRES, decode};

fn refused(token: &str) -> String {
    let keys = [rfc_key!("rfc7515-a2").published_as("k")];
    refusal(rules_for("joe"), &keys, JOE_EXPIRES - 1.0, token)
}

#[test]
fn section_3_1_hs256_is_refused() {
    // The same token as in RFC 7515, section A.1, whose signature is checked there.
    assert_eq!(
        refused(&format!(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        )),
        r#"algorithm not allowed: "HS256""#
    );
}

#[test]
fn section_3_1_its_claims_are_what_the_rfc_says() {
    let claims: serde_json::Value = serde_json::from_slice(&decode(JOE)).unwrap();
    assert_eq!(
        claims,
        json!({"iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true})
    );
}

#[test]
fn section_6_1_an_unsecured_token_is_refused() {
    assert_eq!(
        refused(&format!("eyJhbGciOiJub25lIn0.{JOE}.")),
        r#"algorithm not allowed: "none""#
    );
}

#[test]
fn a1_an_encrypted_token_is_refused() {
    let token = "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtMoNfABIPJaZm0HaA415sv3aeuBWnD8J-Ui7Ah6cWafs3ZwwFKDFUUsWHSK-IPKxLGTkND09XyjORj_CHAgOPJ-Sd8ONQRnJvWn_hXV1BNMHzUjPyYwEsRhDhzjAD26imasOTsgruobpYGoQcXUwFDn7moXPRfDE8-NoQX7N7ZYMmpUDkR-Cx9obNGwJQ3nM52YCitxoQVPzjbl7WBuB7AohdBoZOdZ24WlN1lVIeh8v1K4krB8xgKvRU8kgFrEn_a1rZgN5TiysnmzTROF869lQ.AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaMHDjUEOKIwrtkHthpqEanSBNYHZgmNOV7sln1Eu9g3J8.fiK51VwhsxJ-siBMR-YFiA";
    let (header, _) = token.split_once('.').unwrap();
    let header: serde_json::Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!(header, json!({"alg": "RSA1_5", "enc": "A128CBC-HS256"}));
    assert_eq!(
        refused(token),
        "malformed token: Too many segments: the token is encrypted (JWE)"
    );
}

#[test]
fn a2_a_nested_token_is_refused() {
    // The contents of the RFC's encrypted token: the signed token of RFC 7515, section A.2, here nested in another
    // signed token.
    let inner =
        rfc_key!("rfc7515-a2").sign(Algorithm::RS256, &format!("eyJhbGciOiJSUzI1NiJ9.{JOE}"));
    let header =
        crate::rfc_examples::encode(json!({"alg": "RS256", "kid": "k", "cty": "JWT"}).to_string());
    let input = format!("{header}.{}", crate::rfc_examples::encode(inner));
    let nested = rfc_key!("rfc7515-a2").sign(Algorithm::RS256, &input);
    assert_eq!(refused(&nested), "malformed token: Invalid payload");
}

#[test]
fn section_4_1_the_registered_claims_of_the_example_decide() {
    let key = rfc_key!("rfc7515-a2");
    let keys = [key.published_as("k")];
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "k"});
    let good = json!({"iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true,
        "sub": "S", "aud": "api", "nbf": 1_300_819_300, "iat": 1_300_819_300, "jti": "1"});
    for (member, value, refusal) in [
        ("iss", json!("jane"), r#"issuer mismatch: got "jane""#),
        ("iss", json!(["joe"]), "invalid claim type: iss"),
        ("sub", json!(""), "missing claim: sub"),
        (
            "aud",
            json!("another"),
            r#"audience mismatch: got "another""#,
        ),
        ("aud", json!({"api": true}), "invalid claim type: aud"),
        ("exp", json!(1_300_819_374), "token expired"),
        ("exp", json!("1300819380"), "invalid claim type: exp"),
        (
            "nbf",
            json!(1_300_819_385),
            "token not yet valid: nbf is in the future",
        ),
        (
            "iat",
            json!(1_300_819_385),
            "token not yet valid: iat is in the future",
        ),
        ("jti", json!(1), "invalid claim type: jti"),
    ] {
        let mut claims = good.clone();
        claims[member] = value.clone();
        let token = key.token(Algorithm::RS256, &header, &claims);
        assert_eq!(refused(&token), refusal, "{member}: {value}");
    }
    let token = key.token(Algorithm::RS256, &header, &good);
    assert!(verify(rules_for("joe"), &keys, JOE_EXPIRES - 1.0, &token).is_ok());
}
