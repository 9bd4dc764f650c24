//! The memory of the token cache, counted at the allocator, stays within its limit with tokens as providers issue them.
//!
//! With ten million tokens (takes some minutes): `cargo test --release -p identity-core --features client,testing --test
//! suite -- memory --ignored --nocapture`
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::verification::Algorithm;
use identity_core::{Authenticator, CacheLimits};
use serde_json::{Value, json};

const MIB: usize = 1024 * 1024;

fn authenticator(key: &TestKey, limits: CacheLimits) -> Authenticator {
    let clock = Arc::new(TestClock::at(1_700_000_000.0));
    let provider = Oidc::new(OidcConfig {
        algorithms: "EdDSA".parse().unwrap(),
        ..OidcConfig::new("https://issuer.example/", "api")
    });
    Authenticator::builder(provider.unwrap())
        .keys(Arc::new(StaticKeys::of(&[key])))
        .clock(clock)
        .cache(limits)
        .build()
        .unwrap()
}

/// Polls in this thread, where allocations are counted: with known keys, there is nothing to wait for.
fn authenticate(authenticator: &Authenticator, token: &str) {
    let authenticated = pin!(authenticator.authenticate(token));
    let mut context = Context::from_waker(Waker::noop());
    match authenticated.poll(&mut context) {
        Poll::Ready(result) => drop(result.unwrap()),
        Poll::Pending => panic!("waits"),
    }
}

/// Returns the claims of a token as a provider issues it.
fn usual(number: usize) -> Value {
    json!({
        "iss": "https://issuer.example/", "aud": ["api", "https://issuer.example/userinfo"],
        "sub": format!("auth0|{number:024}"), "iat": 1_699_999_990, "exp": 1_700_086_400,
        "azp": "ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV", "scope": "openid profile email read:messages",
        "permissions": ["read:messages", "write:messages"],
    })
}

/// Like [`usual`], with a claim that takes up much more memory than its text, from which its memory is estimated.
fn heavy(number: usize) -> Value {
    let mut claims = usual(number);
    claims["heavy"] = match number % 5 {
        0 => json!(vec![0; 4000]),
        1 => json!(vec![json!([]); 2500]),
        2 => Value::Object((0..900).map(|n| (format!("{n:x}"), json!(n))).collect()),
        3 => json!((0..900).map(|n| json!({"a": n})).collect::<Vec<_>>()),
        _ => json!("x".repeat(8000)),
    };
    claims["roles"] = json!((0..300).map(|n| format!("{n}")).collect::<Vec<_>>());
    claims
}

/// Like [`usual`], with so many long roles that half of the entry is the principal's.
fn granted(number: usize) -> Value {
    let mut claims = usual(number);
    claims["roles"] = json!((0..80).map(|n| format!("{n:0100}")).collect::<Vec<_>>());
    claims
}

/// Returns the most and the last bytes that were allocated for a cache that was given this many tokens.
fn bytes_for(limits: CacheLimits, count: usize, claims: fn(usize) -> Value) -> (usize, usize) {
    let key = TestKey::fresh("k", Algorithm::EdDSA);
    let tokens: Box<dyn Iterator<Item = String>> =
        Box::new((0..count).map(|number| key.token(&claims(number))));
    let mut authenticator = None;
    let made = allocation_counter::measure(|| {
        authenticator = Some(self::authenticator(&key, limits));
    });
    let authenticator = authenticator.unwrap();
    let (mut held, mut most) = (made.bytes_current, 0);
    for token in tokens {
        // It is cached when it is verified for the second time.
        let info = allocation_counter::measure(|| {
            authenticate(&authenticator, &token);
            authenticate(&authenticator, &token);
        });
        held += info.bytes_current;
        most = most.max(held);
    }
    (
        usize::try_from(most).unwrap(),
        usize::try_from(held).unwrap(),
    )
}

#[test]
fn the_cache_stays_within_its_bound_with_many_different_tokens() {
    let limits = CacheLimits {
        max_tokens: 10_000,
        max_bytes: 2 * MIB,
    };
    for (name, claims, count, times) in [
        ("usual", usual as fn(usize) -> Value, 6000, 1),
        ("granted", granted, 600, 1),
        ("heavy", heavy, 600, 6),
    ] {
        let (most, held) = bytes_for(limits, count, claims);
        println!("{name}: {count} tokens, at most {most} bytes, {held} at the end");
        assert!(most <= times * limits.max_bytes, "{name}: {most} bytes");
        assert!(
            held > limits.max_bytes / 5,
            "{name}: {held} bytes: hardly any is used"
        );
    }
}

#[test]
fn the_number_of_tokens_is_a_bound_too() {
    let limits = CacheLimits {
        max_tokens: 100,
        max_bytes: 64 * MIB,
    };
    let (most, _) = bytes_for(limits, 2000, usual);
    assert!(most < MIB, "100 tokens of about 3 kB, and {most} bytes");
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let (_, held) = bytes_for(CacheLimits::OFF, 100, usual);
    assert!(held < 10_000, "{held} bytes");
}

#[test]
#[ignore = "takes some minutes in a release build: run by hand"]
fn ten_million_different_tokens_stay_within_the_default_bound() {
    let limits = CacheLimits::default();
    let (most, held) = bytes_for(limits, 10_000_000, usual);
    println!("10,000,000 tokens: at most {most} bytes, {held} at the end");
    assert!(most <= limits.max_bytes, "{most} bytes");
}
