//! Project Wycheproof's signature vectors: signatures that some implementation got wrong once.
//!
//! Their messages are arbitrary bytes and no signing inputs of a token, so each vector is used twice. First its key is
//! read as an issuer's, and message and signature go to the function that the crate verifies signatures with. Then its
//! signature stands on a token of ours that is good in all else, and [`Verifier`](identity_core::verification::Verifier) must say that
//! it is no signature of it: some forgeries hold for every message.
//!
//! Where the outcome is another than Wycheproof's, the table below says so and why. The test fails when a line is missing
//! from it, and when one is no longer true.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod judge;
mod keys;
mod vectors;

use identity_core::verification::Algorithm;
use judge::Outcome;
use vectors::{Set, ecdsa, ed25519, pkcs1, pss};

/// What Wycheproof leaves open, and what differs from it: the set, the number of the vector, its result, our outcome, why.
const DEVIATIONS: &[(&str, u64, &str, Outcome, &str)] = &[
    (
        "rsa_signature_2048_sha256",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_2048_sha384",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_2048_sha512",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_3072_sha256",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_3072_sha384",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_3072_sha512",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_4096_sha256",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_4096_sha384",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_4096_sha512",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_8192_sha256",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_8192_sha384",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
    (
        "rsa_signature_8192_sha512",
        8,
        "acceptable",
        Outcome::Refused,
        NO_NULL,
    ),
];

/// RFC 8017, section 9.2, note 1, has signers write the NULL, and lets readers be as strict.
const NO_NULL: &str = "the hash's parameters are left out where the padding has a NULL";

#[test]
fn every_outcome_is_wycheproofs_or_in_the_table() {
    let mut deviations = Vec::new();
    let (mut accepted, mut refused) = (0, 0);
    for set in sets() {
        assert!(!set.vectors.is_empty(), "{}", set.name);
        for (vector, outcome) in judge::outcomes(&set) {
            let expected = match vector.result.as_str() {
                "valid" => Some(Outcome::Accepted),
                "invalid" => Some(Outcome::Refused),
                _ => None,
            };
            if expected != Some(outcome) {
                deviations.push((set.name, vector.id, vector.result.clone(), outcome));
            }
            match outcome {
                Outcome::Accepted => accepted += 1,
                Outcome::Refused => refused += 1,
            }
        }
    }
    let listed: Vec<_> = DEVIATIONS
        .iter()
        .map(|(set, id, result, outcome, _)| (*set, *id, (*result).to_owned(), *outcome))
        .collect();
    assert_eq!(deviations, listed);
    println!(
        "{} vectors: {accepted} accepted, {refused} refused, {} left open or other than expected",
        accepted + refused,
        deviations.len()
    );
}

fn sets() -> Vec<Set> {
    [pkcs1(), pss(), ecdsa(), ed25519()].concat()
}

#[test]
fn no_signature_of_wycheproof_holds_on_another_token() {
    for set in sets() {
        judge::transplant(&set);
    }
}

#[test]
fn a_signature_of_another_hash_or_padding_is_refused() {
    for (set, algorithm) in vectors::foreign() {
        assert!(!set.vectors.is_empty(), "{}", set.name);
        for (vector, outcome) in judge::outcomes_under(&set, algorithm) {
            assert_eq!(
                outcome,
                Outcome::Refused,
                "{} {} as {algorithm:?}",
                set.name,
                vector.id
            );
        }
    }
}

#[test]
fn the_algorithms_of_all_sets_are_those_that_there_are() {
    let mut algorithms: Vec<_> = sets().iter().map(|set| set.algorithm).collect();
    algorithms.dedup();
    let all = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::EdDSA,
    ];
    for algorithm in all {
        assert!(algorithms.contains(&algorithm), "{algorithm:?}");
    }
}
