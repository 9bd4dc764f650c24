//! Tests of the cache alone: colliding digests, a full cache, and several threads.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use serde_json::json;

use super::{CacheLimits, TokenCache, TokenDigest, Verified};
use crate::Authenticator;
use crate::authenticated::Authenticated;
use crate::providers::{Oidc, OidcConfig};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::Algorithm;

async fn callers(count: usize) -> Vec<(TokenDigest, Arc<Authenticated>)> {
    let key = TestKey::fresh("k", Algorithm::EdDSA);
    let provider = Oidc::new(OidcConfig {
        algorithms: "EdDSA".parse().unwrap(),
        ..OidcConfig::new("https://i.example", "a")
    });
    let authenticator = Authenticator::builder(provider.unwrap())
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(1.0)))
        .build()
        .unwrap();
    let mut callers = Vec::new();
    for subject in 0..count {
        let claims = json!({
            "iss": "https://i.example", "aud": "a", "sub": format!("U{subject}"), "exp": 600,
        });
        let token = key.token(&claims);
        let caller = authenticator.authenticate(&token).await.unwrap();
        callers.push((TokenDigest::of(&token), caller));
    }
    callers
}

fn verified(caller: &Arc<Authenticated>) -> Verified {
    Verified {
        issuer: 0,
        caller: Arc::clone(caller),
    }
}

/// Adds an entry as if the token had been verified for the second time.
fn keep(cache: &TokenCache, token: &TokenDigest, caller: &Arc<Authenticated>) {
    for _ in 0..2 {
        cache.keep(*token, verified(caller));
    }
}

fn subject(cache: &TokenCache, token: &TokenDigest) -> Option<String> {
    let found = cache.get(token, |_| true)?;
    Some(found.caller.token().subject().to_owned())
}

/// Returns a cache with the default limits except for this number of tokens.
fn cache_of(max_tokens: usize) -> TokenCache {
    let limits = CacheLimits {
        max_tokens,
        ..CacheLimits::default()
    };
    TokenCache::new(limits).unwrap()
}

/// Returns the estimated memory, as in the metrics.
fn bytes(cache: &TokenCache) -> usize {
    cache.bytes.load(Ordering::Relaxed)
}

#[tokio::test]
async fn tokens_whose_digests_begin_alike_are_told_apart() {
    let cache = cache_of(10_000);
    let callers = callers(18).await;
    let numbered = callers.iter().enumerate();
    let mut callers =
        numbered.map(|(number, (_, caller))| (TokenDigest::colliding(number), caller));
    let absent: Vec<_> = callers.by_ref().take(10).collect();
    let present: Vec<_> = callers.collect();
    for (token, caller) in &present {
        keep(&cache, token, caller);
    }
    for (token, _) in absent {
        assert_eq!(
            subject(&cache, &token),
            None,
            "nobody is let in for another"
        );
    }
    for (token, caller) in present {
        let expected = caller.token().subject();
        assert_eq!(subject(&cache, &token).as_deref(), Some(expected));
    }
}

#[test]
fn a_digest_is_of_the_whole_token() {
    // FIPS 180-2, appendix B.1.
    let digest = format!("{:?}", TokenDigest::of("abc"));
    assert!(
        digest.contains("[186, 120, 22, 191, 143, 1, 207, 234, 65, 65, 64, 222,"),
        "{digest}"
    );
    assert!(digest.contains("242, 0, 21, 173]"), "{digest}");
}

#[test]
fn zero_for_either_limit_turns_it_off() {
    for (max_tokens, max_bytes) in [(0, 0), (0, 1000), (1, 0)] {
        let limits = CacheLimits {
            max_tokens,
            max_bytes,
        };
        assert!(TokenCache::new(limits).is_none(), "{limits:?}");
    }
}

#[tokio::test]
async fn there_are_never_more_tokens_than_are_allowed() {
    for max_tokens in [1, 2, 7, 100, 1000] {
        let cache = cache_of(max_tokens);
        let mut held = 0;
        for (token, caller) in callers(3 * max_tokens.min(500)).await {
            keep(&cache, &token, &caller);
            held = held.max(cache.tokens.len());
            assert!(cache.tokens.len() <= max_tokens, "of {max_tokens}");
            assert!(cache.tokens.weight() <= 64 * 1024 * 1024);
        }
        assert!(held > max_tokens / 2, "{held} of {max_tokens} are of use");
    }
}

#[tokio::test]
async fn there_is_never_more_memory_in_use_than_is_allowed() {
    let limits = CacheLimits {
        max_tokens: 10_000,
        max_bytes: 100_000,
    };
    let cache = TokenCache::new(limits).unwrap();
    for (token, caller) in callers(300).await {
        keep(&cache, &token, &caller);
        assert!(cache.tokens.weight() <= 100_000);
        assert_eq!(cache.tokens.weight(), bytes(&cache) as u64);
    }
    let held = cache.tokens.len();
    assert!((10..100).contains(&held), "{held} tokens of about 2 kB");
}

#[tokio::test]
async fn a_token_is_kept_when_it_is_verified_for_the_second_time() {
    let cache = cache_of(10_000);
    let callers = callers(2).await;
    let (token, caller) = &callers[0];
    cache.keep(*token, verified(caller));
    assert!(cache.get(token, |_| true).is_none());
    assert_eq!((cache.tokens.len(), bytes(&cache)), (0, 0));
    cache.keep(callers[1].0, verified(&callers[1].1));
    cache.keep(*token, verified(caller));
    assert!(cache.get(token, |_| true).is_some());
    assert!(cache.get(&callers[1].0, |_| true).is_none(), "seen once");
}

#[tokio::test]
async fn tokens_that_are_used_once_push_nothing_out() {
    let cache = cache_of(10);
    let (_, caller) = &callers(1).await[0];
    for number in 0..10 {
        keep(&cache, &TokenDigest::numbered(number), caller);
    }
    for number in 10..500 {
        cache.keep(TokenDigest::numbered(number), verified(caller));
    }
    for number in 0..10 {
        let token = TokenDigest::numbered(number);
        assert!(cache.get(&token, |_| true).is_some(), "{number}");
    }
}

#[tokio::test]
async fn tokens_that_are_used_often_stay_and_those_that_are_not_are_evicted() {
    let cache = cache_of(64);
    let (_, caller) = &callers(1).await[0];
    let often = (0..8).map(TokenDigest::numbered);
    for token in often.clone() {
        keep(&cache, &token, caller);
    }
    for number in 100..2000 {
        for token in often.clone() {
            assert!(cache.get(&token, |_| true).is_some(), "before {number}");
        }
        keep(&cache, &TokenDigest::numbered(number), caller);
    }
    assert!((33..=64).contains(&cache.tokens.len()));
}

#[tokio::test]
async fn what_no_longer_stands_is_dropped() {
    let cache = cache_of(10_000);
    let callers = callers(2).await;
    for (token, caller) in &callers {
        keep(&cache, token, caller);
    }
    assert!(cache.get(&callers[0].0, |_| false).is_none());
    assert!(cache.get(&callers[0].0, |_| true).is_none(), "it is gone");
    assert!(cache.get(&callers[1].0, |_| true).is_some());
    assert_eq!(bytes(&cache), callers[1].0.bytes());
}

/// A result that another request inserted in the meantime is not the one that was found.
#[tokio::test]
async fn what_replaced_an_entry_is_not_dropped_for_it() {
    let cache = cache_of(10_000);
    let callers = callers(2).await;
    let token = callers[0].0;
    keep(&cache, &token, &callers[0].1);
    let replace = |_: &Verified| {
        keep(&cache, &token, &callers[1].1);
        false
    };
    assert!(cache.get(&token, replace).is_none());
    let expected = callers[1].1.token().subject();
    assert_eq!(subject(&cache, &token).as_deref(), Some(expected));
    assert_eq!((cache.tokens.len(), bytes(&cache)), (1, token.bytes()));
}

#[tokio::test]
async fn many_at_once_find_only_what_is_theirs_and_keep_within_the_bounds() {
    let cache = &cache_of(40);
    let callers = &callers(97).await;
    thread::scope(|threads| {
        for thread in 0..4 {
            threads.spawn(move || {
                for round in 0..5_000 {
                    let (token, caller) = &callers[(round * 7 + thread * 13) % 97];
                    match round % 5 {
                        0 | 1 => keep(cache, token, caller),
                        2 => assert!(cache.get(token, |_| false).is_none()),
                        _ => {
                            let found = subject(cache, token);
                            assert!(found.is_none_or(|found| found == caller.token().subject()));
                        }
                    }
                    assert!(cache.tokens.len() <= 40);
                }
            });
        }
    });
    let held = callers
        .iter()
        .filter(|(token, _)| subject(cache, token).is_some());
    assert_eq!(held.count(), cache.tokens.len());
    for (token, _) in callers {
        cache.get(token, |_| false);
    }
    assert_eq!(
        (cache.tokens.len(), bytes(cache)),
        (0, 0),
        "nothing is lost"
    );
}
