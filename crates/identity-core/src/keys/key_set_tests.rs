use serde_json::{Value, json};

use super::{KeySet, KeySetError};
use crate::testing::TestKey;
use crate::verification::Algorithm;

fn read(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::from_json(json!({ "keys": keys }).to_string().as_bytes(), 100)
}

/// Returns a usable EC key with this member changed.
fn ec(name: &str, value: Value) -> Value {
    let mut jwk = TestKey::fresh("k", Algorithm::ES256).jwk();
    jwk[name] = value;
    jwk
}

#[test]
fn a_document_that_is_no_key_set_is_refused() {
    let rows = [
        "",
        "null",
        "[]",
        "{}",
        "<html></html>",
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        r#"{"keys":"a"}"#,
        r#"{"keys":[]"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[]} x"#,
    ];
    for text in rows {
        let error = KeySet::from_json(text.as_bytes(), 100).unwrap_err();
        assert!(
            matches!(error, KeySetError::NotAKeySet(_)),
            "{text}: {error}"
        );
    }
}

#[test]
fn an_error_does_not_repeat_the_document() {
    let long = "secret".repeat(10_000);
    for text in [
        json!({ "keys": long }),
        json!(long),
        json!({ "keys": { &long: 1 } }),
    ] {
        let error = KeySet::from_json(text.to_string().as_bytes(), 100).unwrap_err();
        assert!(
            format!("{error} {error:?}").len() < 400,
            "a log line stays short"
        );
    }
    let set = read(&[
        ec("x", json!(5)),
        ec("crv", json!(long)),
        ec("kty", json!(long)),
        TestKey::fixed().jwk(),
    ])
    .unwrap();
    for skipped in set.skipped() {
        assert!(
            skipped.reason.to_string().len() < 400,
            "a log line stays short"
        );
    }
}

#[test]
fn a_set_without_a_usable_key_is_refused() {
    assert_eq!(read(&[]).unwrap_err(), KeySetError::NoUsableKey(0));
    let unusable = [ec("use", json!("enc")), ec("kty", json!("oct")), json!(5)];
    assert_eq!(read(&unusable).unwrap_err(), KeySetError::NoUsableKey(3));
}

#[test]
fn a_set_with_too_many_keys_is_refused() {
    let keys: Vec<_> = (0..4).map(|_| TestKey::fixed().jwk()).collect();
    let document = json!({ "keys": keys }).to_string();
    let error = KeySet::from_json(document.as_bytes(), 3).unwrap_err();
    assert_eq!(error, KeySetError::TooManyKeys { count: 4, limit: 3 });
    assert_eq!(KeySet::from_json(document.as_bytes(), 4).unwrap().len(), 4);
}

#[test]
fn keys_are_found_by_their_id() {
    let keys = ["a", "b", "a"].map(|id| TestKey::fixed().named(id, Algorithm::RS256).jwk());
    let set = read(&keys).unwrap();
    assert_eq!(
        (set.len(), set.is_empty(), set.skipped().len()),
        (3, false, 0)
    );
    assert_eq!(
        (set.of("a").len(), set.of("b").len(), set.of("c").len()),
        (2, 1, 0)
    );
    assert_eq!(
        (set.has("a"), set.has("A"), set.has("")),
        (true, false, false)
    );
    assert!(KeySet::default().is_empty());
}
