use serde_json::{Value, json};

use super::{KeySet, KeySetError, UnnamedKeys};
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
    let error = read(&[]).unwrap_err();
    assert_eq!(error, KeySetError::NoUsableKey(Vec::new()));
    assert_eq!(error.to_string(), "none of its 0 keys can be used");
    let unusable = [ec("use", json!("enc")), ec("kty", json!("oct")), json!(5)];
    let error = read(&unusable).unwrap_err().to_string();
    let start = "none of its 3 keys can be used: key \"k\": it is not for signatures: use; key ";
    assert!(error.starts_with(start), "{error}");
    let many: Vec<_> = (0..50).map(|_| ec("use", json!("enc"))).collect();
    assert!(read(&many).unwrap_err().to_string().len() < 300, "a few");
}

#[test]
fn a_token_without_a_key_id_is_for_the_only_key() {
    let named = |id: &str| TestKey::fixed().named(id, Algorithm::RS256).jwk();
    let mut unnamed = named("x");
    unnamed.as_object_mut().unwrap().remove("kid");
    let parse = |keys: &[Value], unnamed| {
        let document = json!({ "keys": keys }).to_string();
        KeySet::parse(document.as_bytes(), 100, unnamed)
    };
    let unusable = ec("use", json!("enc"));
    for (keys, skipped, used) in [
        (vec![named("a")], Some(1), Some(1)),
        (vec![named("a"), unusable.clone()], Some(1), Some(1)),
        (vec![unnamed.clone()], None, Some(1)),
        (vec![named("a"), named("b")], Some(0), Some(0)),
        (vec![named("a"), named("a")], Some(0), Some(0)),
        (vec![named("a"), unnamed.clone()], Some(1), Some(0)),
        (vec![unnamed.clone(), unnamed.clone()], None, Some(0)),
        (vec![unusable], None, None),
    ] {
        for (rule, expected) in [(UnnamedKeys::Skipped, skipped), (UnnamedKeys::Used, used)] {
            let set = parse(&keys, rule);
            let found = set.as_ref().ok().map(|set| set.candidates("").len());
            assert_eq!(found, expected, "{rule:?}: {keys:?}");
        }
    }
    let set = parse(&[named("a"), unnamed], UnnamedKeys::Used).unwrap();
    assert_eq!(
        (set.candidates("a").len(), set.candidates("b").len()),
        (1, 0)
    );
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
