//! Properties of all inputs: parsers never panic and keep their limits, rules obey the laws of logic, and no token that
//! differs from a signed one is accepted.
//!
//! `PROPTEST_CASES` sets the number of inputs for each property (256 if unset). The seeds in `corpus/` are also used by
//! `cargo fuzz` (`fuzz/` at the top of the workspace).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod any_json;
mod claims;
mod corpus;
mod discovery;
mod headers;
mod issuer;
mod key_sets;
mod mutation;
mod rules;
mod scopes;
mod tokens;

use proptest::test_runner::Config;

/// The number of cases is set in the environment. Failures are printed with their smallest input, and not saved in
/// files.
fn config() -> Config {
    Config {
        failure_persistence: None,
        ..Config::default()
    }
}
