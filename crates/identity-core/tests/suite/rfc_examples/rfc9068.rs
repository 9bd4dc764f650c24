//! JWT Profile for OAuth 2.0 Access Tokens, section 3. The RFC has a header and claims, but no signature.

use identity_core::claims;
use identity_core::verification::{Algorithm, AudienceRule, VerificationRules};
use serde_json::{Value, json};

use crate::rfc_examples::issuer::{refusal, rules_for, verify};
use crate::rfc_examples::rfc_key::rfc_key;

const ISSUER: &str = "https://authorization-server.example.com/";
const EXPIRES: f64 = 1_639_528_912.0;

fn header() -> Value {
    json!({"typ": "at+JWT", "alg": "RS256", "kid": "RjEwOwOA"})
}

fn example() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "5ba552d67",
        "aud": "https://rs.example.com/",
        "exp": 1_639_528_912,
        "iat": 1_618_354_090,
        "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
        "client_id": "s6BhdRkqt3",
        "scope": "openid profile reademail"
    })
}

fn strict() -> VerificationRules {
    let mut rules = rules_for(ISSUER);
    rules.audience = AudienceRule::Required(vec!["https://rs.example.com/".to_owned()]);
    rules.for_rfc_9068_only()
}

fn keys() -> [Value; 1] {
    [rfc_key!("rfc7515-a2").published_as("RjEwOwOA")]
}

fn token(header: &Value, claims: &Value) -> String {
    rfc_key!("rfc7515-a2").token(Algorithm::RS256, header, claims)
}

#[test]
fn section_4_another_type_or_none_is_refused() {
    for typ in [json!("JWT"), json!("jwt"), json!(""), json!(["at+jwt"])] {
        let mut header = header();
        header["typ"] = typ.clone();
        let refused = refusal(strict(), &keys(), EXPIRES, &token(&header, &example()));
        assert!(refused.starts_with("token type not allowed"), "{typ}");
    }
    let untyped = json!({"alg": "RS256", "kid": "RjEwOwOA"});
    assert_eq!(
        refusal(strict(), &keys(), EXPIRES, &token(&untyped, &example())),
        "token type not allowed: (none)"
    );
}

#[test]
fn section_2_2_each_required_claim_is_required() {
    for (name, refused) in [
        ("iss", "issuer mismatch: got (none)"),
        ("exp", "missing claim: exp"),
        ("aud", "missing claim: aud"),
        ("sub", "missing claim: sub"),
        ("client_id", "missing claim: client_id"),
        ("iat", "missing claim: iat"),
        ("jti", "missing claim: jti"),
    ] {
        let mut claims = example();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(
            refusal(strict(), &keys(), EXPIRES, &token(&header(), &claims)),
            refused
        );
    }
}

#[test]
fn section_3_the_example_is_accepted_until_it_ends() {
    let token = token(&header(), &example());
    assert_eq!(
        refusal(strict(), &keys(), EXPIRES + 5.0, &token),
        "token expired"
    );
    let verified = verify(strict(), &keys(), EXPIRES, &token).unwrap();
    assert_eq!(Value::Object(verified.claims().clone()), example());
    assert_eq!(
        claims::scopes(verified.claim("scope")),
        ["openid", "profile", "reademail"]
    );
}
