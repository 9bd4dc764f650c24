//! Metrics of tokens and of the cache.

use ::metrics::with_local_recorder;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::introspection::{IntrospectionConfig, IntrospectionEndpoint};
use crate::metrics::tests::Recorded;

#[tokio::test]
async fn each_token_is_counted_once_with_its_outcome() {
    let recorded = Recorded::default();
    let setup = with_local_recorder(&recorded, Setup::new);
    let good = setup.key.token(&claims_of(ISSUER, "U1"));
    let foreign = setup.key.token(&claims_of("https://evil.example/", "U1"));
    for token in ["x", &good, &good, &good, &good, &foreign] {
        setup.code(token).await;
    }
    setup.clock.set(NOW + 605.0);
    setup.code(&good).await;
    setup.keys.withhold();
    setup.code(&good).await;
    let outcome = |outcome: &str| {
        recorded.count(&format!(
            "identity_tokens_total issuer={ISSUER} outcome={outcome}"
        ))
    };
    assert_eq!(outcome("verified"), 4);
    assert_eq!(outcome("malformed_token"), 1);
    assert_eq!(outcome("invalid_claims"), 1);
    assert_eq!(outcome("token_expired"), 1);
    assert_eq!(outcome("keys_unavailable"), 1);
    assert_eq!(recorded.count("identity_token_cache_hits_total"), 2);
    assert_eq!(recorded.count("identity_token_cache_dropped_total"), 1);
    assert_eq!(recorded.count("identity_token_cache_misses_total"), 5);
    assert_eq!(recorded.gauge("identity_token_cache_entries"), 0.0);
    assert_eq!(recorded.gauge("identity_token_cache_bytes"), 0.0);
}

#[tokio::test]
async fn the_cache_says_how_full_it_is() {
    let recorded = Recorded::default();
    let setup = with_local_recorder(&recorded, Setup::new);
    for subject in ["U1", "U1", "U2", "U2", "U2", "U3"] {
        let token = setup.key.token(&claims_of(ISSUER, subject));
        setup.code(&token).await;
    }
    assert_eq!(recorded.gauge("identity_token_cache_entries"), 2.0);
    let bytes = recorded.gauge("identity_token_cache_bytes");
    assert!((2000.0..64.0 * 1024.0 * 1024.0).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn each_opaque_token_is_counted_by_how_it_was_introspected() {
    let server = MockServer::start().await;
    let active = json!({"active": true, "aud": AUDIENCE, "sub": "U1", "exp": NOW + 600.0});
    for (body, times) in [(active, 2), (json!({"active": false}), 1), (json!({}), 1)] {
        let response = ResponseTemplate::new(200).set_body_json(body);
        let mock = Mock::given(any()).respond_with(response);
        mock.up_to_n_times(times).mount(&server).await;
    }
    let url = IntrospectionEndpoint::Fixed(server.uri().parse().unwrap());
    let recorded = Recorded::default();
    let setup = with_local_recorder(&recorded, || {
        let config = IntrospectionConfig::new(url, "id", "secret");
        Setup::built(rules(ISSUER), |builder| builder.introspection(config))
    });
    for token in ["t1", "t1", "t2", "t3", "t4", "t1"] {
        setup.code(token).await;
    }
    let count = |metric: &str, outcome: &str| {
        recorded.count(&format!("{metric} issuer={ISSUER} outcome={outcome}"))
    };
    for (metric, outcome, expected) in [
        ("identity_introspections_total", "active", 2),
        ("identity_introspections_total", "inactive", 1),
        ("identity_introspections_total", "failed", 1),
        ("identity_introspections_total", "cached", 2),
        ("identity_introspections_total", "turned_away", 0),
        ("identity_tokens_total", "verified", 4),
        ("identity_tokens_total", "inactive_token", 1),
        ("identity_tokens_total", "introspection_unavailable", 1),
    ] {
        assert_eq!(count(metric, outcome), expected, "{metric} {outcome}");
    }
    assert_eq!(recorded.count("identity_token_cache_misses_total"), 0);
}

/// An attacker who could choose labels could fill the memory of the metrics system.
#[tokio::test]
async fn no_label_comes_from_a_token() {
    let recorded = Recorded::default();
    let other = "https://other.example/";
    let authenticator = with_local_recorder(&recorded, || {
        let keys = Published::of(&[&TestKey::fixed()]);
        Authenticator::builder(provider(rules(ISSUER)))
            .keys(keys.clone())
            .and(provider(rules(other)))
            .keys(keys)
            .clock(Arc::new(TestClock::at(NOW)))
            .build()
            .unwrap()
    });
    let before = recorded.names();
    let key = TestKey::fixed();
    for stranger in ["https://evil.example/", "other", "b\"} 1\n"] {
        let header = json!({"alg": stranger, "kid": stranger, "typ": stranger});
        let mut claims = claims_of(stranger, stranger);
        code(&authenticator, &key.token(&claims)).await;
        code(&authenticator, &key.token_with_header(&header, &claims)).await;
        claims["iss"] = json!(other);
        code(&authenticator, &key.token_with_header(&header, &claims)).await;
    }
    assert_eq!(recorded.names(), before);
    let outcome = |issuer: &str, outcome: &str| {
        recorded.count(&format!(
            "identity_tokens_total issuer={issuer} outcome={outcome}"
        ))
    };
    assert_eq!(outcome("other", "invalid_claims"), 6);
    assert_eq!(outcome(other, "algorithm_not_allowed"), 3);
}
