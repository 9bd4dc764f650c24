//! Keys that change while tokens are cached: the result is always that of a new verification.

use super::*;

#[tokio::test]
async fn a_cached_token_is_refused_at_once_when_its_key_left_the_set() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    setup.keys.set(&[&TestKey::fresh("next", Algorithm::EdDSA)]);
    assert_eq!(setup.code(&token).await, "key_not_found");
    assert_eq!(setup.keys.asked(), 1, "as for a token never seen");
    assert_eq!(setup.code(&token).await, "key_not_found");
}

#[tokio::test]
async fn a_cached_token_is_refused_at_once_when_its_key_is_no_longer_the_same() {
    let ed25519 = |id| TestKey::fresh(id, Algorithm::EdDSA);
    let key = ed25519("k");
    let renamed = key.named("other", Algorithm::EdDSA);
    // RSA keys nearly always share their exponent: the modulus identifies the key.
    let rsa = TestKey::fixed().named("k", Algorithm::RS256);
    let other_rsa = TestKey::fresh("k", Algorithm::RS256);
    let pss = rsa.named("k", Algorithm::PS256);
    let refused = "invalid_signature";
    for (sentence, key, published, expected) in [
        ("replaced", &key, vec![&ed25519("k")], refused),
        ("of RSA, replaced", &rsa, vec![&other_rsa], refused),
        ("renamed", &key, vec![&renamed, &ed25519("k")], refused),
        ("for PS256", &rsa, vec![&pss], "algorithm_not_allowed"),
    ] {
        let setup = Setup::new();
        setup.keys.set(&[key]);
        let token = setup.cached_of(key, &claims_of(ISSUER, "U1")).await;
        setup.keys.set(&published);
        assert_eq!(setup.code(&token).await, expected, "{sentence}");
    }
}

#[tokio::test]
async fn a_cached_token_is_not_answered_when_no_key_may_be_used() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    setup.keys.withhold();
    assert_eq!(setup.code(&token).await, "keys_unavailable");
    setup.keys.set(&[&setup.key]);
    assert_eq!(setup.code(&token).await, "verified");
}

#[tokio::test]
async fn a_key_that_is_published_again_in_a_new_set_keeps_its_tokens() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    let before = setup.verified();
    let next = TestKey::fresh("next", Algorithm::EdDSA);
    let twin = TestKey::fresh("k", Algorithm::EdDSA);
    for keys in [
        vec![&setup.key],
        vec![&next, &setup.key],
        vec![&twin, &setup.key],
    ] {
        setup.keys.set(&keys);
        assert_eq!(setup.code(&token).await, "verified");
    }
    // The same key in another encoding: the key itself is compared.
    let mut jwk = setup.key.jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk["x-note"] = json!("rewritten");
    setup.keys.set_jwks(&[jwk]);
    assert_eq!(setup.code(&token).await, "verified");
    assert_eq!(
        setup.verified(),
        before,
        "none of them was a new verification"
    );
}

#[tokio::test]
async fn a_key_that_left_and_came_back_verifies_anew() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    let before = setup.verified();
    setup.keys.set(&[&TestKey::fresh("next", Algorithm::EdDSA)]);
    assert_eq!(setup.code(&token).await, "key_not_found");
    setup.keys.set(&[&setup.key]);
    assert_eq!(setup.code(&token).await, "verified");
    assert_eq!(setup.verified(), before + 1, "its entry went with the key");
}

/// For any changes of keys and clock, the result is the same with and without the cache.
#[tokio::test]
async fn the_cache_changes_no_answer() {
    let cached = Setup::new();
    let plain = Authenticator::builder(cached.provider.clone())
        .keys(cached.keys.clone())
        .clock(cached.clock.clone())
        .cache(CacheLimits::OFF)
        .build()
        .unwrap();
    let others = [(); 2].map(|()| TestKey::fresh("k", Algorithm::EdDSA));
    let tokens: Vec<_> = [&cached.key, &others[0]]
        .into_iter()
        .flat_map(|key| {
            [0.0, 10.0, 1e308].map(|seconds| {
                let mut claims = with("exp", json!(NOW + 5.0 + seconds));
                claims["nbf"] = json!(NOW - 3.0);
                key.token(&claims)
            })
        })
        .collect();
    let mut random = fastrand::Rng::with_seed(6);
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..1000 {
        match random.u8(0..8) {
            0 => cached.keys.withhold(),
            1 => cached.keys.set(&[&others[0]]),
            2 => cached.keys.set(&[&others[1]]),
            3 => cached.keys.set(&[&others[1], &cached.key]),
            4 => cached.keys.set(&[&cached.key, &others[0]]),
            _ => cached.clock.set(NOW + random.f64().mul_add(40.0, -15.0)),
        }
        for token in &tokens {
            let answers = (cached.code(token).await, code(&plain, token).await);
            assert_eq!(answers.0, answers.1);
            *seen.entry(answers.0).or_insert(0) += 1;
        }
    }
    let seen: Vec<_> = seen.into_keys().collect();
    assert_eq!(
        seen,
        [
            "invalid_signature",
            "keys_unavailable",
            "token_expired",
            "token_not_yet_valid",
            "verified"
        ]
    );
}
