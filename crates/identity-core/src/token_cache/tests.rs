//! The cache by itself: with digests that begin alike, and full.

use std::sync::Arc;

use serde_json::json;

use super::{CacheLimits, Met, Table, TokenCache, TokenDigest, Verified};
use crate::authenticated::Authenticated;
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::{Algorithm, Algorithms, AudienceRule, VerificationRules};
use crate::{Authenticator, ClaimsError, Principal, Provider, VerifiedToken};

#[derive(Debug)]
struct Anyone;

impl Provider for Anyone {
    fn keys(&self) -> crate::keys::KeyAddress {
        crate::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(vec!["a".to_owned()]);
        let mut rules = VerificationRules::new(vec!["i".to_owned()], audience);
        rules.algorithms = Algorithms::new([Algorithm::EdDSA]).unwrap();
        rules
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        Ok(Principal::without_grants(token))
    }
}

async fn callers(count: usize) -> Vec<(TokenDigest, Arc<Authenticated>)> {
    let key = TestKey::fresh("k", Algorithm::EdDSA);
    let authenticator = Authenticator::builder(Anyone)
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(1.0)))
        .build()
        .unwrap();
    let mut callers = Vec::new();
    for subject in 0..count {
        let claims = json!({"iss": "i", "aud": "a", "sub": format!("U{subject}"), "exp": 600});
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

/// As if it had been verified for the second time.
fn keep(cache: &TokenCache, token: &TokenDigest, caller: &Arc<Authenticated>) {
    for _ in 0..2 {
        cache.keep(*token, verified(caller));
    }
}

fn subject(cache: &TokenCache, token: &TokenDigest) -> Option<String> {
    let found = cache.get(token, |_| true)?;
    Some(found.caller.token().subject().to_owned())
}

#[tokio::test]
async fn tokens_whose_digests_begin_alike_are_told_apart() {
    let mut cache = TokenCache::new(CacheLimits::default()).unwrap();
    let bounds = CacheLimits::default().bounds().unwrap();
    cache.tokens = Table::with_tags(bounds, |_| 0x0123_4567_89ab_cdef);
    let callers = callers(18).await;
    let (absent, present) = callers.split_at(10);
    for (token, caller) in present {
        keep(&cache, token, caller);
    }
    for (token, _) in absent {
        assert_eq!(subject(&cache, token), None, "nobody is let in for another");
    }
    for (token, caller) in present {
        let expected = caller.token().subject();
        assert_eq!(subject(&cache, token).as_deref(), Some(expected));
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

#[test]
fn what_the_empty_cache_takes_up_is_part_of_what_it_may() {
    for limits in [
        CacheLimits::default(),
        CacheLimits {
            max_tokens: 7,
            max_bytes: 100_000,
        },
    ] {
        let bounds = limits.bounds().unwrap();
        assert_eq!(bounds.entries, limits.max_tokens);
        let empty = Table::<Verified>::size(bounds.entries) + Met::size(bounds.entries);
        assert_eq!(empty + bounds.weight, limits.max_bytes);
    }
}

#[tokio::test]
async fn there_are_never_more_tokens_than_are_allowed() {
    for max_tokens in [1, 2, 7, 100] {
        let limits = CacheLimits {
            max_tokens,
            ..CacheLimits::default()
        };
        let cache = TokenCache::new(limits).unwrap();
        let mut held = 0;
        for (token, caller) in callers(300).await {
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
    }
    let held = cache.tokens.len();
    assert!((10..100).contains(&held), "{held} tokens of about 2 kB");
}

#[tokio::test]
async fn a_token_is_kept_when_it_is_verified_for_the_second_time() {
    let cache = TokenCache::new(CacheLimits::default()).unwrap();
    let callers = callers(2).await;
    let (token, caller) = &callers[0];
    cache.keep(*token, verified(caller));
    assert!(cache.get(token, |_| true).is_none());
    assert_eq!((cache.tokens.len(), cache.tokens.weight()), (0, 0));
    cache.keep(callers[1].0, verified(&callers[1].1));
    cache.keep(*token, verified(caller));
    assert!(cache.get(token, |_| true).is_some());
    assert!(cache.get(&callers[1].0, |_| true).is_none(), "met once");
}

#[tokio::test]
async fn tokens_that_are_used_once_push_nothing_out() {
    let limits = CacheLimits {
        max_tokens: 10,
        ..CacheLimits::default()
    };
    let cache = TokenCache::new(limits).unwrap();
    let (_, caller) = &callers(1).await[0];
    for number in 0..10 {
        keep(&cache, &TokenDigest::numbered(number), caller);
    }
    for number in 10..500 {
        cache.keep(TokenDigest::numbered(number), verified(caller));
    }
    for number in 0..10 {
        assert!(
            cache
                .get(&TokenDigest::numbered(number), |_| true)
                .is_some(),
            "{number}"
        );
    }
}

#[tokio::test]
async fn what_no_longer_stands_is_dropped() {
    let cache = TokenCache::new(CacheLimits::default()).unwrap();
    let callers = callers(2).await;
    for (token, caller) in &callers {
        keep(&cache, token, caller);
    }
    assert!(cache.get(&callers[0].0, |_| false).is_none());
    assert!(cache.get(&callers[0].0, |_| true).is_none(), "it is gone");
    assert!(cache.get(&callers[1].0, |_| true).is_some());
}
