//! Claims are decoded as they were encoded, and the registered ones are checked as in RFC 7519.

use proptest::collection::btree_map;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::any_json::any_json;
use crate::properties::issuer::{NOW, claims, header, sign, verify};

/// Valid and nearly valid values of registered claims, and any others.
fn registered() -> impl Strategy<Value = (String, Value)> {
    let near = || (-10_i32..10).prop_map(|seconds| json!(NOW + f64::from(seconds)));
    prop_oneof![
        ("exp", prop_oneof![3 => near(), 1 => any_json()]),
        ("nbf", prop_oneof![3 => near(), 1 => any_json()]),
        ("iat", prop_oneof![3 => near(), 1 => any_json()]),
        ("iss", any_json()),
        ("sub", any_json()),
        ("jti", any_json()),
        ("cnf", any_json()),
        (
            "aud",
            prop_oneof![
                any_json(),
                Just(json!(["api"])),
                Just(json!(["other", "api"])),
                Just(json!(["api", 5])),
                Just(json!([])),
            ]
        ),
    ]
}

/// Returns whether the registered claims meet the documented rules of the verifier.
fn are_good(claims: &Value) -> bool {
    let time = |name: &str| claims.get(name).map(|time| time.as_f64());
    let has_begun = |name| match time(name) {
        None => true,
        Some(time) => time.is_some_and(|time| time <= NOW + 5.0),
    };
    let is_for_us = match &claims["aud"] {
        Value::String(audience) => audience == "api",
        Value::Array(list) => list.iter().all(Value::is_string) && list.contains(&json!("api")),
        _ => false,
    };
    claims["iss"] == "https://issuer.example/"
        && claims["sub"]
            .as_str()
            .is_some_and(|subject| !subject.is_empty())
        && claims.get("jti").is_none_or(Value::is_string)
        && claims.get("cnf").is_none()
        && time("exp").flatten().is_some_and(|end| NOW < end + 5.0)
        && has_begun("nbf")
        && has_begun("iat")
        && is_for_us
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn what_is_decoded_is_what_was_printed(more in btree_map("[A-Z]{0,4}", any_json(), 0..5)) {
        let mut claims = claims();
        claims.as_object_mut().unwrap().extend(more);
        let verified = verify(&sign(&header().to_string(), &claims.to_string())).unwrap();
        prop_assert_eq!(Value::Object(verified.claims().clone()), claims);
    }

    #[test]
    fn the_registered_claims_decide(changes in prop::collection::vec(registered(), 0..4)) {
        let mut claims = claims();
        for (name, value) in changes {
            claims[&name] = value;
        }
        let outcome = verify(&sign(&header().to_string(), &claims.to_string()));
        prop_assert_eq!(outcome.is_ok(), are_good(&claims), "{}: {:?}", claims, outcome);
    }

    #[test]
    fn a_claim_that_stands_twice_is_refused(value in any_json(), name in "iss|sub|aud|exp|extra") {
        let mut with = claims();
        with["extra"] = json!(1);
        let text = with.to_string();
        let twice = text.replacen('{', &format!("{{{}:{value},", json!(name)), 1);
        let error = verify(&sign(&header().to_string(), &twice)).unwrap_err();
        prop_assert_eq!(error.code(), "malformed_token");
    }

    #[test]
    fn any_text_as_claims_is_refused(text in any::<String>()) {
        prop_assert!(verify(&sign(&header().to_string(), &text)).is_err());
    }
}
