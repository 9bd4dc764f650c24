//! Properties of the handling of `Authorization` headers: a caller is accepted only for a single valid token in a
//! single header, and every other request is rejected in the form of RFC 6750.
//!
//! `PROPTEST_CASES` sets the number of inputs for each property (default 256). The seeds in `corpus/` are also used by
//! `cargo fuzz` (`fuzz/` at the top of the workspace).
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod service;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

use service::check;

macro_rules! seeds {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("corpus/", $name)).as_slice())),*]
    };
}

/// One header per line. Names that start with `good` are those of accepted requests.
const SEEDS: &[(&str, &[u8])] = seeds![
    "good",
    "good_lower_case",
    "good_spaces",
    "bad_after_another_scheme",
    "bad_before_an_empty_header",
    "bad_comma",
    "bad_list",
    "bad_no_token",
    "bad_not_ascii",
    "bad_scheme",
    "bad_scheme_alone",
    "bad_scheme_twice",
    "bad_space_first",
    "bad_tab",
    "bad_token",
    "bad_twice",
    "bad_two_tokens",
];

#[test]
fn each_seed_has_the_outcome_that_its_name_says() {
    for (name, input) in SEEDS {
        assert_eq!(check(input), name.starts_with("good"), "{name}");
    }
    assert!(!check(b""), "no header at all");
}

/// A part of a header: something that a parser looks for, the token of a good header, or any bytes.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let token = SEEDS[0]
        .1
        .strip_prefix(b"Bearer ")
        .expect("a token")
        .to_vec();
    let word = prop::sample::select(vec![
        "Bearer", "bearer", "Basic", "a.b.c", "=", ",", "\t", "\n",
    ]);
    prop_oneof![
        3 => Just(token),
        6 => Just(b" ".to_vec()),
        3 => Just(b"BeareR ".to_vec()),
        4 => word.prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_bytes_are_refused_in_due_form(input in vec(any::<u8>(), 0..200)) {
        prop_assert!(!check(&input));
    }

    #[test]
    fn only_the_one_token_of_the_one_header_lets_in(parts in vec(part(), 0..8)) {
        check(&parts.concat());
    }

    #[test]
    fn a_changed_header_is_another(
        seed in prop::sample::select(SEEDS), place in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut input = seed.1.to_vec();
        let place = place.index(input.len());
        input[place] = byte;
        check(&input);
        input.insert(place, byte);
        check(&input);
    }
}
