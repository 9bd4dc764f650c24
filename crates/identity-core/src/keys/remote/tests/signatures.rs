//! Signatures that do not verify with the known keys.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Issuer, ask, has, pass, seconds, status};
use crate::keys::KeySource;
use crate::keys::remote::{KeyRefresh, RemoteKeys};

/// Returns whether a request whose signature does not verify with the current keys gets others.
async fn gets_newer(keys: &RemoteKeys) -> bool {
    let seen = keys.current().unwrap();
    keys.newer_than(&seen).await.is_some()
}

/// Returns for how many of this many concurrent requests that is so.
async fn get_newer(keys: &Arc<RemoteKeys>, count: usize) -> usize {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let keys = Arc::clone(keys);
        requests.spawn(async move { gets_newer(&keys).await });
    }
    let results = requests.join_all().await;
    results.into_iter().filter(|is_newer| *is_newer).count()
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_for_all_signatures_that_fail_together() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    issuer.answers_after(seconds(0.3));
    assert_eq!(get_newer(&keys, 100).await, 100);
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_forged_signatures_asks_the_issuer_every_five_seconds() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    for _ in 0..600 {
        get_newer(&keys, 10).await;
        assert_eq!(ask(&keys, "a").await, "found", "a known key never waits");
        pass(seconds(0.1)).await;
    }
    assert_eq!(issuer.fetches(), 1 + 12, "in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_both_asks_the_issuer_no_more_often() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    for _ in 0..600 {
        get_newer(&keys, 2).await;
        assert_eq!(ask(&keys, "forged").await, "not found");
        pass(seconds(0.1)).await;
    }
    let fetches = issuer.fetches();
    assert!((12..=14).contains(&fetches), "{fetches} in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_at_once_although_signatures_are_forged() {
    let issuer = Issuer::of(&["old"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    assert!(gets_newer(&keys).await, "the first forged one");
    issuer.publish(&["old", "new"]);
    pass(seconds(0.1)).await;
    assert_eq!((ask(&keys, "new").await, issuer.fetches()), ("found", 3));
    // What came early is missing later.
    pass(seconds(9.8)).await;
    assert!(!gets_newer(&keys).await);
    assert_eq!((ask(&keys, "b").await, issuer.fetches()), ("not found", 3));
    pass(seconds(0.1)).await;
    assert!(gets_newer(&keys).await);
    assert_eq!(issuer.fetches(), 4);
}

#[tokio::test(start_paused = true)]
async fn forged_signatures_take_no_slot_of_other_requests() {
    let issuer = Issuer::of(&["a"]);
    let refresh = KeyRefresh {
        max_waiting: 10,
        ..KeyRefresh::default()
    };
    let keys = Arc::new(issuer.started(refresh).await);
    issuer.answers_after(seconds(1.0));
    issuer.publish(&["a", "b"]);
    let (newer, found) = tokio::join!(get_newer(&keys, 1000), async {
        pass(seconds(0.5)).await;
        ask(&keys, "b").await
    });
    assert_eq!(
        (newer, found),
        (10, "found"),
        "the others are refused at once"
    );
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_of_the_issuer_the_keys_stay_and_the_signature_is_refused() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    issuer.fail();
    assert_eq!(get_newer(&keys, 10).await, 0);
    assert_eq!((issuer.fetches(), has(&keys, "a")), (2, true));
    assert_eq!(status(&keys), "degraded");
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_key_id_never_asks_again() {
    let issuer = Issuer::of(&["a", "b"]);
    let keys = issuer.keys(KeyRefresh::default());
    assert_eq!(keys.with_key("").await.unwrap().len(), 2, "the first fetch");
    for _ in 0..100 {
        assert_eq!(keys.with_key("").await.unwrap().len(), 2);
    }
    assert_eq!(issuer.fetches(), 1);
}
