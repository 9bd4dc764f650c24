//! Allocations for one token: new, and verified before.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

#[path = "../benches/subjects/mod.rs"]
mod subjects;

use allocation_counter::measure;
use identity_core::verification::Algorithm;
use subjects::Subject;

#[test]
fn a_token_that_was_verified_before_allocates_nothing() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let subject = Subject::new(algorithm);
        let hit = measure(|| subject.hit());
        let miss = measure(|| subject.miss());
        let verify = measure(|| subject.ours());
        println!(
            "{algorithm:?}: hit {} allocations, {} bytes; Verifier::verify {}, {}; miss {}, {}",
            hit.count_total,
            hit.bytes_total,
            verify.count_total,
            verify.bytes_total,
            miss.count_total,
            miss.bytes_total,
        );
        assert_eq!(hit.count_total, 0, "{hit:?}");
        assert!(verify.count_total <= 60, "{verify:?}");
        // The principal, its texts, and the value that is handed out.
        assert!(miss.count_total <= verify.count_total + 15, "{miss:?}");
    }
}
