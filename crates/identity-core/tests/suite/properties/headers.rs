//! Headers are read as they were written.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::any_json::any_json;
use crate::properties::issuer::{self, KEY, claims, sign, verify};

/// A header member: one that is checked, with a possibly valid value, or any other.
fn member() -> impl Strategy<Value = (String, Value)> {
    let algorithm = prop_oneof![
        8 => Just(json!("EdDSA")),
        1 => prop::sample::select(vec!["ES256", "RS256", "HS256", "none", "eddsa", ""]).prop_map(Value::from),
        1 => any_json(),
    ];
    let token_type = prop_oneof![
        8 => prop::sample::select(vec!["JWT", "jwt", "application/jwt", "Application/JWT"]).prop_map(Value::from),
        1 => prop::sample::select(vec!["at+jwt", "application/", "application/at+jwt", " JWT"]).prop_map(Value::from),
        1 => any_json(),
    ];
    let key_id = prop_oneof![
        8 => Just(json!(KEY)),
        1 => any_json(),
        1 => any::<String>().prop_map(Value::from),
    ];
    prop_oneof![
        6 => algorithm.prop_map(|value| ("alg".to_owned(), value)),
        3 => token_type.prop_map(|value| ("typ".to_owned(), value)),
        6 => key_id.prop_map(|value| ("kid".to_owned(), value)),
        1 => (prop::sample::select(vec!["crit", "jwk", "jku", "x5u", "x5c"]), any_json())
            .prop_map(|(name, value)| (name.to_owned(), value)),
        3 => ("[a-z]{0,6}", any_json()),
    ]
}

/// Writes the members in this order, including duplicates.
fn print(members: &[(String, Value)]) -> String {
    let members = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", json!(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// Returns the documented result of the verifier for a header with these members.
fn expected(members: &[(String, Value)]) -> Result<(), &'static str> {
    let member = |name: &str| {
        let member = members.iter().find(|member| member.0 == name);
        member.map(|member| &member.1)
    };
    let names: std::collections::BTreeSet<_> = members.iter().map(|member| &member.0).collect();
    if names.len() != members.len() {
        return Err("malformed_token");
    }
    let algorithm = member("alg").and_then(Value::as_str);
    if !matches!(algorithm, Some("EdDSA" | "ES256")) {
        return Err("algorithm_not_allowed");
    }
    let is_jwt = |value: &Value| {
        let name = value.as_str().map(str::to_ascii_lowercase);
        matches!(name.as_deref(), Some("jwt" | "application/jwt"))
    };
    if !member("typ").is_none_or(is_jwt) {
        return Err("token_type_not_allowed");
    }
    if member("crit").is_some() {
        return Err("critical_header");
    }
    if ["jwk", "jku", "x5u", "x5c"]
        .iter()
        .any(|name| member(name).is_some())
    {
        return Err("embedded_key");
    }
    match member("kid").and_then(Value::as_str) {
        None | Some("") => return Err("missing_key_id"),
        Some(KEY) => {}
        Some(_) => return Err("key_not_found"),
    }
    if algorithm == Some("EdDSA") {
        Ok(())
    } else {
        Err("algorithm_not_allowed")
    }
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn each_header_has_the_outcome_that_its_members_say(members in vec(member(), 0..7)) {
        let text = print(&members);
        let outcome = verify(&sign(&text, &claims().to_string()));
        prop_assert_eq!(
            outcome.as_ref().map(|_| ()).map_err(|error| error.code()),
            expected(&members),
            "{}", text
        );
    }

    #[test]
    fn any_text_as_a_header_is_read_as_json_or_refused(text in any::<String>()) {
        let outcome = verify(&sign(&text, &claims().to_string()));
        let error = outcome.unwrap_err();
        let is_object = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_object());
        prop_assert!(is_object || error.code() == "malformed_token", "{}", error);
    }

    #[test]
    fn a_header_is_read_the_same_wherever_its_spaces_are(space in "[ \t\r\n]{0,3}") {
        let text = issuer::header().to_string();
        let spaced = text.replace(':', &format!("{space}:{space}")).replace(',', &format!(",{space}"));
        let text = format!("{space}{spaced}{space}");
        prop_assert!(verify(&sign(&text, &claims().to_string())).is_ok());
    }
}
