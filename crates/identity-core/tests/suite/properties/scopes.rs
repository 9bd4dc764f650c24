//! Scopes and names, as a string and as a list.

use identity_core::claims::{names, scopes};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::any_json::any_json;

/// The characters of a scope (RFC 6749, section 3.3).
const SCOPE: &str = "[!#-\\[\\]-~]{1,12}";

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn a_string_and_a_list_of_the_same_scopes_agree(
        words in vec(SCOPE, 0..6), spaces in vec(1_usize..4, 7)
    ) {
        let mut text = " ".repeat(spaces[6] - 1);
        for (word, spaces) in words.iter().zip(&spaces) {
            text += word;
            text += &" ".repeat(*spaces);
        }
        prop_assert_eq!(scopes(Some(&json!(text))), words.clone());
        prop_assert_eq!(scopes(Some(&json!(words))), words.clone());
        prop_assert_eq!(names(Some(&json!(words))), words);
    }

    #[test]
    fn each_element_of_a_list_is_one_scope_and_one_name(list in vec(any::<String>(), 0..6)) {
        prop_assert_eq!(scopes(Some(&json!(list))), list.clone());
        prop_assert_eq!(names(Some(&json!(list))), list);
    }

    #[test]
    fn a_string_is_one_name(name in any::<String>()) {
        let expected: &[String] = if name.is_empty() { &[] } else { std::slice::from_ref(&name) };
        prop_assert_eq!(names(Some(&json!(name))), expected);
    }

    #[test]
    fn a_claim_of_another_type_grants_nothing(value in any_json()) {
        let is_list_of_strings =
            value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        if !value.is_string() && !is_list_of_strings {
            prop_assert!(scopes(Some(&value)).is_empty());
            prop_assert!(names(Some(&value)).is_empty());
        }
    }

    #[test]
    fn no_scope_of_a_string_is_empty_or_has_a_space(text in any::<String>()) {
        for scope in scopes(Some(&json!(text))) {
            prop_assert!(!scope.is_empty() && !scope.contains(' '));
            prop_assert!(text.contains(&scope));
        }
    }
}
