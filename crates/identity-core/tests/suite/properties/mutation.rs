//! Small changes to texts and documents that are valid, or nearly so.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::properties::any_json::any_json;

/// A change to bytes.
#[derive(Debug, Clone)]
pub enum Change {
    Replace(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

/// A few changes in sequence.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    // Characters that matter to a parser of tokens or JSON, and any other byte.
    let byte = prop_oneof![
        prop::sample::select(b".=-_+/{}[]\",:\\ 0eAB\0\xff".to_vec()),
        any::<u8>()
    ];
    let change = prop_oneof![
        (place(), byte.clone()).prop_map(|(place, byte)| Change::Replace(place, byte)),
        (place(), 0_u8..8).prop_map(|(place, bit)| Change::Flip(place, bit)),
        (place(), prop::collection::vec(byte, 1..4))
            .prop_map(|(place, bytes)| Change::Insert(place, bytes)),
        (place(), 1_usize..8).prop_map(|(place, length)| Change::Remove(place, length)),
        (place(), 1_usize..40).prop_map(|(place, length)| Change::Repeat(place, length)),
        place().prop_map(Change::Cut),
    ];
    prop::collection::vec(change, 1..4)
}

/// Returns the bytes after these changes.
pub fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        let to = |at: usize, count: usize| length.min(at + count);
        match change {
            Change::Replace(place, byte) => bytes[place.index(length)] = *byte,
            Change::Flip(place, bit) => bytes[place.index(length)] ^= 1 << bit,
            Change::Insert(place, more) => {
                let at = place.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Remove(place, count) => {
                let at = place.index(length);
                bytes.drain(at..to(at, *count));
            }
            Change::Repeat(place, count) => {
                let at = place.index(length);
                bytes.extend_from_within(at..to(at, *count));
            }
            Change::Cut(place) => bytes.truncate(place.index(length)),
        }
    }
    bytes
}

/// Replacements of values in a document, by index in depth-first order.
pub fn replacements() -> impl Strategy<Value = Vec<(Index, Option<Value>)>> {
    prop::collection::vec((any::<Index>(), prop::option::of(any_json())), 1..4)
}

/// Returns the document after these replacements; `None` removes a value.
pub fn replaced(mut document: Value, replacements: &[(Index, Option<Value>)]) -> Value {
    for (place, value) in replacements {
        let mut place = place.index(count(&document));
        put(&mut document, &mut place, value.as_ref());
    }
    document
}

/// Returns the number of values in a document, including itself.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum::<usize>(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Replaces the value at the index. Returns whether it was found here and has to be removed by the caller.
fn put(value: &mut Value, place: &mut usize, new: Option<&Value>) -> bool {
    if *place == 0 {
        *place = usize::MAX;
        if let Some(new) = new {
            *value = new.clone();
        }
        return new.is_none();
    }
    *place -= 1;
    match value {
        Value::Array(list) => list.retain_mut(|one| *place == usize::MAX || !put(one, place, new)),
        Value::Object(members) => {
            members.retain(|_, one| *place == usize::MAX || !put(one, place, new));
        }
        _ => {}
    }
    false
}
