//! Ed25519 in JOSE, appendix A.

use identity_core::keys::KeyRejection;
use identity_core::verification::Algorithm;
use serde_json::json;

use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::{read_set, rfc_key};

const INPUT: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#[test]
fn a1_the_private_key_is_refused_and_a2_the_public_one_is_used() {
    let key = rfc_key!("rfc8037-a1");
    let mut private = key.as_printed();
    private["kid"] = json!("private");
    assert_eq!(
        read_set(&[private]),
        (vec![], vec![KeyRejection::NotPublic])
    );
    assert_eq!(
        read_set(&[key.published_as("public")]),
        (vec!["public".to_owned()], vec![])
    );
}

#[test]
fn a4_and_a5_the_signature_holds() {
    let key = rfc_key!("rfc8037-a1");
    let token = format!("{INPUT}.{SIGNATURE}");
    assert!(key.made(Algorithm::EdDSA, &token));
    assert!(!key.made(Algorithm::EdDSA, &format!("{INPUT}A.{SIGNATURE}")));
    // Ed25519 signatures are deterministic, so the private key makes the same signature as the RFC's.
    assert_eq!(key.sign(Algorithm::EdDSA, INPUT), token);
    assert_eq!(
        refusal(rules_for("I"), &[key.published_as("k")], 0.0, &token),
        "malformed token: Invalid payload",
        "its payload is a sentence"
    );
}

#[test]
fn its_key_signs_what_the_rules_accept() {
    let key = rfc_key!("rfc8037-a1");
    let keys = [key.published_as("k")];
    let claims = json!({"iss": "I", "sub": "S", "aud": "api", "exp": 60});
    let token = key.token(
        Algorithm::EdDSA,
        &json!({"alg": "EdDSA", "kid": "k"}),
        &claims,
    );
    assert!(verify(rules_for("I"), &keys, 0.0, &token).is_ok());
    // RFC 9864 gave the algorithm a new name, which is the same where only this curve is supported.
    let token = key.token(
        Algorithm::EdDSA,
        &json!({"alg": "Ed25519", "kid": "k"}),
        &claims,
    );
    assert!(verify(rules_for("I"), &keys, 0.0, &token).is_ok());
}

#[test]
fn a6_a_key_agreement_key_is_not_for_signatures() {
    assert_eq!(
        read_set(&[rfc_key!("rfc8037-a6").as_printed()]).0,
        Vec::<String>::new()
    );
}
