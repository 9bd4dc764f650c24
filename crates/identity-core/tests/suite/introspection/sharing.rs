//! Callers that wait for the issuer at the same time.

use std::sync::Arc;
use std::time::Duration;

use identity_core::introspection::{IntrospectionConfig, IntrospectionFault, IntrospectionLimits};
use identity_core::{Authenticator, VerifyError};
use serde_json::json;
use tokio::task::{JoinSet, yield_now};

use crate::introspection::gate::Gate;
use crate::introspection::{TOKEN, active, at, authenticator, refusal};

/// Responses are not kept, so that only waiting together saves a request.
fn limited(gate: &Gate, max_concurrent: usize, max_waiting: usize) -> Arc<Authenticator> {
    Arc::new(authenticator(IntrospectionConfig {
        limits: IntrospectionLimits {
            max_age: Duration::ZERO,
            max_concurrent,
            max_waiting,
            ..IntrospectionLimits::default()
        },
        ..at(&gate.url)
    }))
}

/// Sends all of these tokens at once. Returns when each caller waits.
async fn send(authenticator: &Arc<Authenticator>, tokens: &[String]) -> JoinSet<&'static str> {
    let mut callers = JoinSet::new();
    for token in tokens {
        let (authenticator, token) = (Arc::clone(authenticator), token.clone());
        callers.spawn(async move {
            let outcome = authenticator.authenticate(&token).await;
            outcome.map_or_else(|error| error.code(), |_| "accepted")
        });
    }
    // With one thread, each task runs until it waits before this one goes on.
    yield_now().await;
    callers
}

#[tokio::test]
async fn callers_with_the_same_token_share_one_request() {
    for (response, expected) in [
        (active(json!({})), "accepted"),
        (json!({"active": false}), "inactive_token"),
        (json!({}), "introspection_unavailable"),
    ] {
        let gate = Gate::start(response.to_string()).await;
        let authenticator = limited(&gate, 32, 1024);
        let callers = send(&authenticator, &vec![TOKEN.to_owned(); 20]).await;
        gate.has(1).await;
        gate.open(1);
        assert_eq!(callers.join_all().await, [expected; 20]);
        assert_eq!(gate.counts(), (1, 1));
        // The next one asks again.
        let next = send(&authenticator, &[TOKEN.to_owned()]).await;
        gate.has(1).await;
        gate.open(1);
        assert_eq!(next.join_all().await, [expected]);
        assert_eq!(gate.counts(), (2, 1));
    }
}

#[tokio::test]
async fn another_caller_asks_if_the_one_who_asked_is_gone() {
    let gate = Gate::start(active(json!({})).to_string()).await;
    let authenticator = limited(&gate, 1, 1024);
    let mut first = send(&authenticator, &[TOKEN.to_owned()]).await;
    gate.has(1).await;
    let second = send(&authenticator, &[TOKEN.to_owned()]).await;
    first.shutdown().await;
    gate.has(1).await;
    gate.open(2);
    assert_eq!(second.join_all().await, ["accepted"]);
}

#[tokio::test]
async fn no_more_requests_are_made_at_the_same_time_than_is_set() {
    let gate = Gate::start(active(json!({})).to_string()).await;
    let authenticator = limited(&gate, 2, 1024);
    let tokens: Vec<_> = (0..6).map(|n| format!("{TOKEN}{n}")).collect();
    let callers = send(&authenticator, &tokens).await;
    gate.has(2).await;
    gate.open(6);
    assert_eq!(callers.join_all().await, ["accepted"; 6]);
    assert_eq!(gate.counts(), (6, 2));
}

#[tokio::test]
async fn no_more_callers_wait_than_is_set() {
    let gate = Gate::start(active(json!({})).to_string()).await;
    let authenticator = limited(&gate, 32, 2);
    let tokens: Vec<_> = (0..2).map(|n| format!("{TOKEN}{n}")).collect();
    let callers = send(&authenticator, &tokens).await;
    gate.has(2).await;
    let VerifyError::Introspection(error) = refusal(&authenticator, TOKEN).await else {
        panic!("it is turned away")
    };
    assert_eq!(error.fault, IntrospectionFault::TooManyWaiting(2));
    assert_eq!(error.retry_after, Duration::from_secs(1));
    gate.open(3);
    assert_eq!(callers.join_all().await, ["accepted"; 2]);
    assert!(authenticator.authenticate(TOKEN).await.is_ok());
    assert_eq!(gate.counts(), (3, 2));
}

#[tokio::test]
async fn a_caller_waits_no_longer_for_its_turn_than_for_a_response() {
    let gate = Gate::start(active(json!({})).to_string()).await;
    let authenticator = limited(&gate, 0, 1024);
    let VerifyError::Introspection(error) = refusal(&authenticator, TOKEN).await else {
        panic!("it is turned away")
    };
    let expected = IntrospectionFault::Busy(Duration::from_secs(2));
    assert_eq!((error.fault, gate.counts()), (expected, (0, 0)));
}
