//! The signature vectors of Project Wycheproof: signatures that some implementation has got wrong.
//!
//! Their messages are arbitrary bytes and not the signing input of a token, so each vector is used twice. First its key
//! is parsed as an issuer's, and message and signature are passed to the function that the crate verifies signatures
//! with. Then its signature is put on an otherwise valid token of ours, and
//! [`Verifier`](identity_core::verification::Verifier) must refuse it: some forgeries are valid for every message.
//!
//! The table below lists the outcomes that differ from Wycheproof's, with the reason. The test fails if an entry is
//! missing, and if one is no longer true.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod judge;
mod keys;
mod vectors;

use crate::rfc_examples::issuer::ALL;
use judge::Outcome;
use vectors::{Set, ecdsa, ed25519, pkcs1, pss};

/// The sets whose vector 8 is refused here, and left open by Wycheproof: the hash's parameters are left out where the
/// padding has a NULL. RFC 8017, section 9.2, note 1, requires signers to write the NULL, and lets verifiers be strict.
const WITHOUT_NULL: [&str; 12] = [
    "rsa_signature_2048_sha256",
    "rsa_signature_2048_sha384",
    "rsa_signature_2048_sha512",
    "rsa_signature_3072_sha256",
    "rsa_signature_3072_sha384",
    "rsa_signature_3072_sha512",
    "rsa_signature_4096_sha256",
    "rsa_signature_4096_sha384",
    "rsa_signature_4096_sha512",
    "rsa_signature_8192_sha256",
    "rsa_signature_8192_sha384",
    "rsa_signature_8192_sha512",
];

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
    let listed = WITHOUT_NULL.map(|set| (set, 8, "acceptable".to_owned(), Outcome::Refused));
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
            let sentence = format!("{} {} as {algorithm:?}", set.name, vector.id);
            assert_eq!(outcome, Outcome::Refused, "{sentence}");
        }
    }
}

#[test]
fn the_algorithms_of_all_sets_are_those_that_there_are() {
    let mut algorithms: Vec<_> = sets().iter().map(|set| set.algorithm).collect();
    algorithms.dedup();
    for algorithm in ALL {
        assert!(algorithms.contains(&algorithm), "{algorithm:?}");
    }
}
