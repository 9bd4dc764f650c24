//! Many concurrent requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::{Issuer, ask, ask_together, has, pass, seconds};
use crate::keys::KeyLookupError;
use crate::keys::remote::{KeyRefresh, RemoteKeys};
use crate::keys::{KeyFault, KeySource};

/// Starts requests that wait for a key until they are dropped.
async fn waiting(keys: &Arc<RemoteKeys>, count: usize) -> JoinSet<&'static str> {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let keys = Arc::clone(keys);
        requests.spawn(async move { ask(&keys, "a").await });
    }
    pass(seconds(0.001)).await;
    requests
}

fn places(max_waiting: usize) -> KeyRefresh {
    KeyRefresh {
        max_waiting,
        ..KeyRefresh::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_stampede_on_cold_keys_is_one_fetch() {
    let issuer = Issuer::of(&["a"]);
    issuer.answers_after(seconds(3.0));
    let keys = Arc::new(issuer.keys(KeyRefresh::default()));
    assert_eq!(ask_together(&keys, 1000, "a").await, "found");
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stampede_on_an_issuer_that_fails_is_one_fetch() {
    let issuer = Issuer::failing();
    issuer.answers_after(seconds(3.0));
    let keys = Arc::new(issuer.keys(KeyRefresh::default()));
    assert_eq!(ask_together(&keys, 1000, "a").await, "unavailable");
    assert_eq!(issuer.fetches(), 1);
    let Err(KeyLookupError::Unavailable(error)) = keys.with_key("a").await else {
        panic!("{keys:?}")
    };
    assert_eq!(error.retry_after, seconds(1.0), "when the next attempt is");
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_wait_than_there_are_places() {
    let issuer = Issuer::of(&["a"]);
    issuer.answers_after(seconds(3.0));
    let keys = Arc::new(issuer.keys(places(10)));
    let requests = waiting(&keys, 10).await;
    let Err(KeyLookupError::Unavailable(error)) = keys.with_key("a").await else {
        panic!("{keys:?}")
    };
    assert!(
        matches!(error.fault, KeyFault::TooManyWaiting(10)),
        "{error}"
    );
    assert_eq!(error.retry_after, seconds(1.0));
    assert_eq!(requests.join_all().await, ["found"; 10]);
    assert_eq!(ask(&keys, "a").await, "found");
}

#[tokio::test(start_paused = true)]
async fn a_place_is_given_back_when_the_client_hangs_up() {
    let issuer = Issuer::of(&["a"]);
    issuer.answers_after(seconds(3.0));
    let keys = Arc::new(issuer.keys(places(10)));
    for _ in 0..100 {
        let requests = waiting(&keys, 10).await;
        assert_eq!(ask(&keys, "a").await, "too many waiting");
        drop(requests);
        pass(Duration::ZERO).await;
    }
    let requests = waiting(&keys, 10).await;
    assert_eq!(
        ask(&keys, "a").await,
        "too many waiting",
        "and no place too many"
    );
    assert_eq!(requests.join_all().await, ["found"; 10]);
}

#[tokio::test(start_paused = true)]
async fn known_keys_need_no_place() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(places(0)).await;
    assert!(has(&keys, "a"));
    assert_eq!(
        (ask(&keys, "a").await, issuer.fetches()),
        ("too many waiting", 1),
        "with none, nobody waits"
    );
}
