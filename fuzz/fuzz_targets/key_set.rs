//! Any bytes as a key set, from the seeds of crates/identity-core/tests/suite/properties/corpus/key_sets.
#![no_main]

use identity_core::keys::KeySet;
use identity_core::verification::Algorithm;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const LIMIT: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let Ok(set) = KeySet::from_json(bytes, LIMIT) else {
        return;
    };
    assert!(!set.is_empty());
    assert!(set.len() + set.skipped().len() <= LIMIT);
    let document: Value = serde_json::from_slice(bytes).expect("a key set is JSON");
    for published in document["keys"]
        .as_array()
        .expect("a key set has a list of keys")
    {
        let Some(id) = published["kid"].as_str() else {
            continue;
        };
        for key in set.of(id) {
            assert_eq!(key.id(), id);
            assert!(!key.is_for(Algorithm::HS256));
        }
    }
});
