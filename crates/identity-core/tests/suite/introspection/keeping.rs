//! How long a response is used.

use std::sync::Arc;
use std::time::Duration;

use identity_core::introspection::IntrospectionLimits;
use identity_core::testing::TestClock;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::introspection::{
    NOW, TOKEN, active, at, authenticator, builder, oidc, ok, refusal, serve,
};

/// Counts the requests to the issuer while the clock shows each of these seconds after the first request.
async fn asked(response: &Value, limits: IntrospectionLimits, seconds: &[f64]) -> u64 {
    let server = MockServer::start().await;
    let mock = wiremock::Mock::given(wiremock::matchers::any());
    mock.respond_with(ok(response)).mount(&server).await;
    let mut config = at(&server.uri());
    config.limits = limits;
    let clock = Arc::new(TestClock::at(NOW));
    let builder = builder(oidc(), config).clock(Arc::clone(&clock) as _);
    let authenticator = builder.build().unwrap();
    for second in seconds {
        clock.set(NOW + second);
        assert!(authenticator.authenticate(TOKEN).await.is_ok(), "{second}");
    }
    server.received_requests().await.unwrap().len() as u64
}

#[tokio::test]
async fn a_response_is_used_for_a_while_and_never_beyond_exp() {
    let default = IntrospectionLimits::default();
    let lasting = |seconds| IntrospectionLimits {
        max_age: Duration::from_secs(seconds),
        ..default
    };
    let none_kept = IntrospectionLimits {
        max_tokens: 0,
        ..default
    };
    let until = |exp: f64| active(json!({"exp": NOW + exp}));
    let long = active(json!({"x": "y".repeat(16 * 1024)}));
    for (why, response, limits, seconds, expected) in [
        ("a minute", until(600.0), default, &[0.0, 30.0, 59.0][..], 1),
        (
            "not longer",
            until(600.0),
            default,
            &[0.0, 60.0, 61.0, 121.0],
            3,
        ),
        (
            "until exp, without the leeway",
            until(10.0),
            default,
            &[0.0, 9.0, 10.0, 12.0],
            3,
        ),
        (
            "as is set",
            until(600.0),
            lasting(300),
            &[0.0, 299.0, 300.0],
            2,
        ),
        ("not at all", until(600.0), lasting(0), &[0.0, 0.0, 0.0], 3),
        ("no room", until(600.0), none_kept, &[0.0, 1.0], 2),
        (
            "a clock that was set back",
            until(600.0),
            default,
            &[0.0, -3.0, -2.0],
            2,
        ),
        (
            "without exp",
            active(json!({"exp": null})),
            default,
            &[0.0, 59.0, 60.0],
            2,
        ),
        ("a very long response", long, default, &[0.0, 1.0], 2),
    ] {
        assert_eq!(asked(&response, limits, seconds).await, expected, "{why}");
    }
}

#[tokio::test]
async fn neither_a_refusal_nor_a_failure_is_used_again() {
    let server = MockServer::start().await;
    for response in [
        ok(&json!({"active": false})),
        ResponseTemplate::new(503),
        ok(&active(json!({}))),
    ] {
        serve(&server, response, 1).await;
    }
    let authenticator = authenticator(at(&server.uri()));
    for code in ["inactive_token", "introspection_unavailable"] {
        assert_eq!(refusal(&authenticator, TOKEN).await.code(), code);
    }
    for _ in 0..2 {
        assert!(authenticator.authenticate(TOKEN).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_is_told_from_another_by_all_of_it() {
    let server = MockServer::start().await;
    serve(&server, ok(&active(json!({"sub": "U1"}))), 1).await;
    serve(&server, ok(&active(json!({"sub": "U2"}))), 1).await;
    let authenticator = authenticator(at(&server.uri()));
    for (token, subject) in [
        ("2YotnFZFa", "U1"),
        ("2YotnFZFb", "U2"),
        ("2YotnFZFa", "U1"),
    ] {
        let caller = authenticator.authenticate(token).await.unwrap();
        assert_eq!(caller.principal().subject, subject);
    }
}
