//! JSON Web Token Best Current Practices. The RFC has no example tokens, so each threat of section 2 and each practice
//! of section 3 that applies to a verifier is a test here.

use aws_lc_rs::hmac;
use identity_core::verification::{Algorithm, RefusedKind, TokenKind};
use serde_json::{Value, json};

use crate::rfc_examples::encode;
use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::rfc_key;

fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "k"})
}

fn claims() -> Value {
    json!({"iss": "I", "sub": "S", "aud": "api", "exp": 60})
}

/// Returns a valid token with this header member and this claim changed.
fn token(in_header: Option<(&str, Value)>, in_claims: Option<(&str, Value)>) -> String {
    let (mut header, mut claims) = (header(), claims());
    if let Some((name, value)) = in_header {
        header[name] = value;
    }
    if let Some((name, value)) = in_claims {
        claims[name] = value;
    }
    rfc_key!("rfc7515-a2").token(Algorithm::RS256, &header, &claims)
}

fn refused(token: &str) -> String {
    let mut rules = rules_for("I");
    rules.refused = vec![RefusedKind::with_claim(TokenKind::Id, "nonce")];
    refusal(
        rules,
        &[rfc_key!("rfc7515-a2").published_as("k")],
        0.0,
        token,
    )
}

#[test]
fn the_token_that_the_others_differ_from_is_good() {
    let keys = [rfc_key!("rfc7515-a2").published_as("k")];
    assert!(verify(rules_for("I"), &keys, 0.0, &token(None, None)).is_ok());
}

#[test]
fn sections_2_1_and_3_1_the_token_does_not_choose_the_algorithm() {
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = encode(json!({"alg": none, "kid": "k"}).to_string());
        let unsigned = format!("{header}.{}.", encode(claims().to_string()));
        assert_eq!(
            refused(&unsigned),
            format!("algorithm not allowed: {none:?}")
        );
    }
    // The public key, in its usual encodings, as an HMAC secret.
    let public = rfc_key!("rfc7515-a2").public();
    for secret in [public.to_string(), public["n"].as_str().unwrap().to_owned()] {
        let header = encode(json!({"alg": "HS256", "kid": "k"}).to_string());
        let input = format!("{header}.{}", encode(claims().to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = encode(hmac::sign(&key, input.as_bytes()));
        assert_eq!(
            refused(&format!("{input}.{tag}")),
            r#"algorithm not allowed: "HS256""#
        );
    }
    // Another algorithm of the same key than the one that made the signature.
    for other in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        assert_eq!(
            refused(&token(Some(("alg", json!(other))), None)),
            "invalid signature",
            "{other}"
        );
    }
    assert_eq!(
        refused(&token(Some(("alg", json!("ES256"))), None)),
        r#"algorithm not allowed: "ES256""#
    );
}

#[test]
fn sections_2_to_3_each_threat_is_met() {
    let own_key = rfc_key!("rfc7515-a3").public();
    for (section, in_header, in_claims, refusal) in [
        (
            "2.6 and 3.7: several encodings of one text",
            Some(("kid", json!("\u{ff4b}"))),
            None,
            "key not found: \"\u{ff4b}\"",
        ),
        (
            "2.7 and 3.9: a token for another API",
            None,
            Some(("aud", json!("another"))),
            r#"audience mismatch: got "another""#,
        ),
        (
            "2.8 and 3.11: another kind of token, by its type",
            Some(("typ", json!("logout+jwt"))),
            None,
            r#"token type not allowed: "logout+jwt""#,
        ),
        (
            "2.8 and 3.12: another kind of token, by its claims",
            None,
            Some(("nonce", json!("n"))),
            "id token sent as an access token",
        ),
        (
            "2.9 and 3.10: a key id that is a path or a statement",
            Some(("kid", json!("../../dev/null' OR 1=1"))),
            None,
            r#"key not found: "../../dev/null' OR 1=1""#,
        ),
        (
            "2.9 and 3.10: a key set of its own",
            Some(("jku", json!("https://127.0.0.1/jwks.json"))),
            None,
            "embedded key: the header has jku",
        ),
        (
            "2.9 and 3.10: a certificate of its own",
            Some(("x5u", json!("https://127.0.0.1/x5u"))),
            None,
            "embedded key: the header has x5u",
        ),
        (
            "3.1: a key of its own",
            Some(("jwk", own_key)),
            None,
            "embedded key: the header has jwk",
        ),
        (
            "3.8: an issuer that the key does not belong to",
            None,
            Some(("iss", json!("another"))),
            r#"issuer mismatch: got "another""#,
        ),
    ] {
        assert_eq!(refused(&token(in_header, in_claims)), refusal, "{section}");
    }
}
