//! Key ids that are not in the set.

use std::sync::Arc;

use super::{Issuer, ask, ask_together, has, pass, seconds, status};
use crate::keys::KeyLookupError;
use crate::keys::KeySource;
use crate::keys::remote::KeyRefresh;

fn refreshed_after(ttl: f64) -> KeyRefresh {
    KeyRefresh {
        ttl: seconds(ttl),
        ..KeyRefresh::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_id_asks_the_issuer_once_for_all_who_wait() {
    let issuer = Issuer::of(&["old"]);
    issuer.answers_after(seconds(0.3));
    let keys = Arc::new(issuer.keys(KeyRefresh::default()));
    pass(seconds(1.0)).await;
    issuer.publish(&["old", "new"]);
    assert_eq!(ask_together(&keys, 100, "new").await, "found");
    assert_eq!(issuer.fetches(), 2);
    assert_eq!(
        (ask(&keys, "new").await, issuer.fetches()),
        ("found", 2),
        "now it is known"
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_issuer_does_not_have_is_not_found_and_not_asked_for_again() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    assert_eq!(ask_together(&keys, 100, "b").await, "not found");
    assert_eq!(issuer.fetches(), 2);
    for moment in 1..5 {
        pass(seconds(0.99)).await;
        assert_eq!(
            ask_together(&keys, 100, "b").await,
            "not found",
            "after {moment} s"
        );
        assert_eq!(
            (ask(&keys, "c").await, issuer.fetches()),
            ("not found", 2),
            "after {moment} s"
        );
    }
    pass(seconds(1.1)).await;
    assert_eq!(ask_together(&keys, 100, "b").await, "not found");
    assert_eq!(issuer.fetches(), 3);
    assert_eq!((status(&keys), has(&keys, "a")), ("ready", true));
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_met_five_seconds_after_a_forged_one_at_the_latest() {
    let issuer = Issuer::of(&["old"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    assert_eq!(ask(&keys, "forged").await, "not found");
    issuer.publish(&["old", "new"]);
    pass(seconds(4.9)).await;
    assert_eq!(
        (ask(&keys, "new").await, issuer.fetches()),
        ("not found", 2)
    );
    pass(seconds(0.1)).await;
    assert_eq!((ask(&keys, "new").await, issuer.fetches()), ("found", 3));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_forged_key_ids_asks_the_issuer_every_five_seconds() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    for _ in 0..600 {
        assert_eq!(ask_together(&keys, 10, "forged").await, "not found");
        pass(seconds(0.1)).await;
    }
    assert_eq!(issuer.fetches(), 1 + 12, "in a minute");
}

#[tokio::test(start_paused = true)]
async fn whether_a_key_exists_cannot_be_said_while_the_issuer_fails() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    issuer.fail();
    assert_eq!(ask_together(&keys, 100, "b").await, "unavailable");
    assert_eq!(
        (issuer.fetches(), status(&keys), has(&keys, "a")),
        (2, "degraded", true)
    );
    let Err(KeyLookupError::Unavailable(error)) = keys.with_key("b").await else {
        panic!("{keys:?}")
    };
    assert_eq!(
        (error.retry_after, issuer.fetches()),
        (seconds(5.0), 2),
        "not asked again so soon"
    );
    assert_eq!(
        ask(&keys, "a").await,
        "found",
        "keys that are known stay usable"
    );
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_fails_slowly_is_asked_once_for_whoever_waits() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    issuer.fail();
    issuer.answers_after(seconds(10.0)); // as long as two timeouts, and longer than the pause between refetches
    let started = tokio::time::Instant::now();
    assert_eq!(ask_together(&keys, 100, "b").await, "unavailable");
    assert_eq!((started.elapsed().as_secs(), issuer.fetches()), (10, 2));
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_answers_slowly_is_asked_once_for_whoever_waits() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(KeyRefresh::default()).await);
    issuer.answers_after(seconds(6.0));
    assert_eq!(ask_together(&keys, 100, "b").await, "not found");
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_comes_during_a_refresh_waits_for_it_first() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(refreshed_after(100.0)).await);
    issuer.publish(&["a", "b"]);
    issuer.answers_after(seconds(20.0)); // so that a refresh is in progress after 100 s, whatever the jitter
    pass(seconds(100.0)).await;
    assert_eq!((issuer.fetches(), has(&keys, "b")), (2, false));
    assert_eq!(ask_together(&keys, 100, "b").await, "found");
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_comes_during_a_refresh_without_the_key_has_it_asked_for() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(refreshed_after(100.0)).await);
    issuer.answers_after(seconds(20.0));
    pass(seconds(100.0)).await;
    issuer.publish(&["a", "b"]);
    assert_eq!(ask_together(&keys, 100, "b").await, "found");
    assert_eq!(issuer.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_left_the_set_is_not_found_and_one_that_came_back_is() {
    let issuer = Issuer::of(&["a", "b"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    issuer.publish(&["a"]);
    assert_eq!(ask(&keys, "c").await, "not found");
    assert_eq!(
        (has(&keys, "b"), ask(&keys, "b").await),
        (false, "not found"),
        "at once"
    );
    issuer.publish(&["a", "b"]);
    pass(seconds(5.0)).await;
    assert_eq!(ask(&keys, "b").await, "found");
}

#[tokio::test(start_paused = true)]
async fn who_comes_during_a_refresh_waits_for_it_however_recent_the_last_refetch_is() {
    let issuer = Issuer::of(&["a"]);
    let keys = Arc::new(issuer.started(refreshed_after(2.0)).await);
    assert_eq!(ask(&keys, "b").await, "not found");
    issuer.publish(&["a", "b"]);
    issuer.answers_after(seconds(1.0));
    pass(seconds(2.0)).await;
    assert_eq!(
        (issuer.fetches(), has(&keys, "b")),
        (3, false),
        "a refresh is under way"
    );
    assert_eq!(ask_together(&keys, 100, "b").await, "found");
    assert_eq!(issuer.fetches(), 3);
}
