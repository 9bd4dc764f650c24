//! Key sets: whatever an issuer publishes, only keys for signatures are used, up to the limit.

use identity_core::keys::{KeySet, KeySetError};
use identity_core::verification::Algorithm;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::any_json::any_json;
use crate::properties::corpus::{KEY_SETS, is_good};
use crate::properties::mutation::{changed, changes, replaced, replacements};

const LIMIT: usize = 8;

/// Checks the properties of every key set that can be parsed.
fn check(document: &[u8]) {
    let Ok(set) = KeySet::from_json(document, LIMIT) else {
        return;
    };
    let document: Value = serde_json::from_slice(document).unwrap();
    let published = document["keys"].as_array().unwrap();
    assert!(!set.is_empty(), "a set without a key is an error");
    assert!(published.len() <= LIMIT);
    assert_eq!(set.len() + set.skipped().len(), published.len());
    let mut found = 0;
    let ids: std::collections::BTreeSet<_> = published
        .iter()
        .filter_map(|key| key["kid"].as_str())
        .collect();
    for id in ids {
        assert_eq!(set.has(id), !set.of(id).is_empty());
        for key in set.of(id) {
            assert_eq!(key.id(), id);
            for symmetric in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                assert!(!key.is_for(symmetric));
            }
            found += 1;
        }
    }
    assert_eq!(found, set.len());
    for secret in published
        .iter()
        .filter(|key| key.get("d").is_some() || key.get("k").is_some())
    {
        let alone = json!({"keys": [secret]}).to_string();
        assert!(
            KeySet::from_json(alone.as_bytes(), LIMIT).is_err(),
            "{secret}"
        );
    }
}

#[test]
fn each_seed_has_the_outcome_that_its_name_says() {
    for (name, document) in KEY_SETS {
        let outcome = KeySet::from_json(document.as_bytes(), LIMIT);
        assert_eq!(outcome.is_ok(), is_good(name), "{name}: {outcome:?}");
        check(document.as_bytes());
    }
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn any_bytes_are_no_key_set(bytes in any::<Vec<u8>>()) {
        prop_assert!(KeySet::from_json(&bytes, LIMIT).is_err());
    }

    #[test]
    fn any_json_is_no_key_set(value in any_json(), list in prop::collection::vec(any_json(), 0..4)) {
        prop_assert!(KeySet::from_json(value.to_string().as_bytes(), LIMIT).is_err());
        let document = json!({"keys": list}).to_string();
        prop_assert!(KeySet::from_json(document.as_bytes(), LIMIT).is_err());
    }

    #[test]
    fn a_changed_text_gives_nothing_but_keys(
        seed in prop::sample::select(KEY_SETS), changes in changes()
    ) {
        check(&changed(seed.1.as_bytes(), &changes));
    }

    #[test]
    fn a_changed_document_gives_nothing_but_keys(
        seed in prop::sample::select(KEY_SETS), replacements in replacements()
    ) {
        let document = serde_json::from_str(seed.1).unwrap();
        check(replaced(document, &replacements).to_string().as_bytes());
    }

    #[test]
    fn one_key_that_cannot_be_used_does_not_spoil_the_others(key in any_json()) {
        let seed = KEY_SETS.iter().find(|(name, _)| is_good(name)).unwrap();
        let mut document: Value = serde_json::from_str(seed.1).unwrap();
        let before = KeySet::from_json(seed.1.as_bytes(), LIMIT).unwrap().len();
        document["keys"].as_array_mut().unwrap().insert(0, key);
        let set = KeySet::from_json(document.to_string().as_bytes(), LIMIT).unwrap();
        prop_assert_eq!(set.len(), before);
    }

    #[test]
    fn more_keys_than_the_limit_are_not_read(count in 0_usize..20, limit in 0_usize..20) {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let document = json!({"keys": vec![key; count]}).to_string();
        let outcome = KeySet::from_json(document.as_bytes(), limit).map(|set| set.len());
        let expected = if count > limit {
            Err(KeySetError::TooManyKeys { count, limit })
        } else if count == 0 {
            Err(KeySetError::NoUsableKey(Vec::new()))
        } else {
            Ok(count)
        };
        prop_assert_eq!(outcome, expected);
    }
}
