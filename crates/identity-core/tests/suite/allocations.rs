//! Allocations per token: new, and cached.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

#[path = "../../benches/subjects/mod.rs"]
mod subjects;

use std::sync::Arc;

use allocation_counter::measure;
use identity_core::providers::Oidc;
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::verification::Algorithm;
use identity_core::{Authenticator, Rule, all_of, any_of};
use serde_json::json;
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
        // The principal, its strings, and the returned value.
        assert!(miss.count_total <= verify.count_total + 15, "{miss:?}");
    }
}

/// A rule can own its strings, but checking a constant one must not clone them.
#[tokio::test]
async fn a_rule_that_holds_allocates_nothing() {
    const RULE: Rule = all_of![
        Rule::scope("read"),
        any_of![Rule::role("admin"), Rule::scope("write")],
        Rule::no_claim("banned"),
    ];
    let key = TestKey::fresh("k", Algorithm::RS256);
    let authenticator = Authenticator::builder(Oidc::issuer("https://i.example", "a").unwrap())
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(0.0)))
        .build()
        .unwrap();
    let token = key.token(&json!({
        "iss": "https://i.example", "aud": "a", "sub": "U1", "exp": 60, "scope": "read write",
    }));
    let caller = authenticator.authenticate(&token).await.unwrap();
    let looked_at = measure(|| assert!(RULE.check(&caller).is_ok()));
    assert_eq!(looked_at.count_total, 0, "{looked_at:?}");
}
