//! Cached tokens.

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn a_cached_token_is_refused_from_the_moment_on_at_which_a_new_one_would_be() {
    for exp in [NOW + 10.0, NOW + 10.25, NOW + 0.1] {
        let setup = Setup::new();
        let token = setup.cached(&with("exp", json!(exp))).await;
        let end = exp + 5.0; // the leeway
        setup.clock.set(end.next_down());
        assert_eq!(setup.code(&token).await, "verified", "{exp}");
        setup.clock.set(end);
        assert_eq!(setup.code(&token).await, "token_expired", "{exp}");
        setup.clock.set(f64::MAX);
        assert_eq!(setup.code(&token).await, "token_expired", "{exp}");
    }
}

#[tokio::test]
async fn a_token_that_never_ends_is_cached_and_one_that_ended_long_ago_is_not() {
    let setup = Setup::new();
    let token = setup.cached(&with("exp", json!(1e308))).await;
    setup.clock.set(1e300);
    assert_eq!(setup.code(&token).await, "verified");
    setup.clock.set(NOW);
    for exp in [-1e308, 0.0, NOW - 5.0] {
        let token = setup.key.token(&with("exp", json!(exp)));
        assert_eq!(setup.code(&token).await, "token_expired", "{exp}");
    }
}

#[tokio::test]
async fn a_cached_token_is_refused_when_the_clock_is_set_back_before_its_beginning() {
    for name in ["nbf", "iat"] {
        let setup = Setup::new();
        let mut claims = with("iat", json!(NOW - 100.0));
        claims[name] = json!(NOW - 0.5);
        let token = setup.cached(&claims).await;
        setup.clock.set(NOW - 5.5);
        assert_eq!(setup.code(&token).await, "verified", "{name}");
        setup.clock.set((NOW - 5.5).next_down());
        assert_eq!(setup.code(&token).await, "token_not_yet_valid", "{name}");
    }
}

#[tokio::test]
async fn a_clock_that_shows_no_number_lets_no_cached_token_in() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    setup.clock.set(f64::NAN);
    assert_eq!(setup.code(&token).await, "token_expired");
}

#[tokio::test]
async fn a_refusal_is_never_cached() {
    let setup = Setup::new();
    let early = setup.key.token(&with("nbf", json!(NOW + 60.0)));
    let unreadable = setup.key.token(&with("broken", json!(true)));
    for _ in 0..2 {
        assert_eq!(setup.code(&early).await, "token_not_yet_valid");
        assert_eq!(setup.code(&unreadable).await, "invalid_claim_type");
    }
    assert_eq!(setup.verified(), 2, "asked again each time");
    let next = TestKey::fresh("next", Algorithm::EdDSA);
    let token = next.token(&claims_of(ISSUER, "U1"));
    assert_eq!(setup.code(&token).await, "key_not_found");
    setup.keys.set(&[&setup.key, &next]);
    setup.clock.set(NOW + 60.0);
    assert_eq!(setup.code(&token).await, "verified");
    assert_eq!(setup.code(&early).await, "verified");
}

#[tokio::test]
async fn nothing_but_the_very_same_token_is_found() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    let (input, signature) = token.rsplit_once('.').unwrap();
    let other = setup.key.token(&claims_of(ISSUER, "U2"));
    let (other_input, other_signature) = other.rsplit_once('.').unwrap();
    let rows = [
        (format!("{input}."), "invalid_signature"),
        (format!("{input}.{other_signature}"), "invalid_signature"),
        (format!("{other_input}.{signature}"), "invalid_signature"),
        (format!("{token}A"), "invalid_signature"),
        (format!("{token}="), "malformed_token"),
        (format!(" {token}"), "malformed_token"),
        (input.to_owned(), "malformed_token"),
    ];
    for (token, expected) in rows {
        assert_eq!(setup.code(&token).await, expected, "{token}");
    }
    let caller = setup.authenticator.authenticate(&other).await.unwrap();
    assert_eq!(
        caller.principal().subject,
        "U2",
        "each token its own caller"
    );
}

#[tokio::test]
async fn a_new_authenticator_starts_empty() {
    let setup = Setup::new();
    let token = setup.cached(&claims_of(ISSUER, "U1")).await;
    let again = Authenticator::builder(setup.provider.clone())
        .keys(setup.keys.clone())
        .clock(setup.clock.clone())
        .build()
        .unwrap();
    let before = setup.verified();
    assert_eq!(code(&again, &token).await, "verified");
    assert_eq!(setup.verified(), before + 1);
}

#[tokio::test]
async fn without_a_cache_each_token_is_verified_each_time() {
    let no_tokens = CacheLimits {
        max_tokens: 0,
        ..CacheLimits::default()
    };
    let no_bytes = CacheLimits {
        max_bytes: 0,
        ..CacheLimits::default()
    };
    for limits in [CacheLimits::OFF, no_tokens, no_bytes] {
        let setup = Setup::with(rules(ISSUER), limits);
        let token = setup.key.token(&claims_of(ISSUER, "U1"));
        for times in 1..4 {
            assert_eq!(setup.code(&token).await, "verified");
            assert_eq!(setup.verified(), times, "{limits:?}");
        }
    }
}

#[tokio::test]
async fn a_cached_caller_is_the_same_value() {
    let setup = Setup::new();
    let token = setup.cached(&with("scope", json!("a b"))).await;
    let first = setup.authenticator.authenticate(&token).await.unwrap();
    let second = setup.authenticator.authenticate(&token).await.unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(second.principal().scopes, ["a", "b"]);
    assert_eq!(second.token().subject(), "U1");
    assert_eq!(
        Authenticated::principal(&second).expires_at.seconds(),
        NOW + 600.0
    );
}

#[tokio::test]
async fn a_token_over_the_size_limit_is_refused_as_before() {
    let setup = Setup::built(rules(ISSUER), |builder| builder.max_token_bytes(1000));
    let token = setup.key.token(&with("padding", json!("x".repeat(1000))));
    assert_eq!(setup.code(&token).await, "token_too_large");
    setup.cached(&claims_of(ISSUER, "U1")).await;
}

/// Many concurrent tasks on several threads, while the keys keep changing: in any order, a token of a key that was
/// never published is always refused, and one of a published key always accepted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_that_come_together_get_their_own_answers() {
    let limits = CacheLimits {
        max_tokens: 64,
        ..CacheLimits::default()
    };
    let setup = Arc::new(Setup::with(rules(ISSUER), limits));
    let foreign = TestKey::fresh("k", Algorithm::EdDSA);
    let other = TestKey::fresh("other", Algorithm::EdDSA);
    let mut tasks = JoinSet::new();
    for task in 0..8 {
        let (setup, foreign) = (Arc::clone(&setup), foreign.clone());
        tasks.spawn(async move {
            for round in 0..200 {
                let subject = format!("U{}", (task + round) % 100);
                let claims = claims_of(ISSUER, &subject);
                let good = setup.key.token(&claims);
                let caller = setup.authenticator.authenticate(&good).await.unwrap();
                assert_eq!(caller.principal().subject, subject);
                assert_eq!(
                    setup.code(&foreign.token(&claims)).await,
                    "invalid_signature"
                );
                tokio::task::yield_now().await;
            }
        });
    }
    for round in 0..400 {
        match round % 2 {
            0 => setup.keys.set(&[&setup.key, &other]),
            _ => setup.keys.set(&[&setup.key]),
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(tasks.join_all().await.len(), 8);
}
