//! Start, refresh, failure and recovery.

use std::sync::Arc;

use super::{Issuer, answered_500, ask, has, pass, seconds, status};
use crate::keys::remote::KeyRefresh;
use crate::keys::{KeySource, KeyStatus};

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_at_start_without_being_waited_for() {
    let issuer = Issuer::of(&["a"]);
    issuer.answers_after(seconds(2.0));
    let keys = issuer.keys(KeyRefresh::default());
    assert!(keys.current().is_none());
    assert_eq!(status(&keys), "starting");
    pass(seconds(1.9)).await;
    assert_eq!((status(&keys), issuer.fetches()), ("starting", 1));
    pass(seconds(0.2)).await;
    assert!(has(&keys, "a"));
    let KeyStatus::Ready { age, keys: 1 } = keys.status() else {
        panic!("{keys:?}")
    };
    assert!(age <= seconds(0.1), "{age:?} old");
}

#[tokio::test(start_paused = true)]
async fn without_keys_every_second_is_tried() {
    let issuer = Issuer::failing();
    let keys = issuer.started(KeyRefresh::default()).await;
    assert_eq!(
        (status(&keys), ask(&keys, "a").await),
        ("starting, failed", "unavailable")
    );
    pass(seconds(60.5)).await;
    assert_eq!(issuer.fetches(), 61);
    let KeyStatus::Starting {
        reason: Some(reason),
    } = keys.status()
    else {
        panic!("{keys:?}")
    };
    assert_eq!(reason, format!("key set: {}", answered_500()));
    issuer.publish(&["a"]);
    pass(seconds(1.0)).await;
    assert_eq!(
        (status(&keys), has(&keys, "a"), issuer.fetches()),
        ("ready", true, 62)
    );
}

#[tokio::test(start_paused = true)]
async fn keys_are_refreshed_before_they_are_as_old_as_the_ttl() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    pass(seconds(269.0)).await;
    assert_eq!(issuer.fetches(), 1, "at most a tenth too early");
    pass(seconds(31.0)).await;
    assert_eq!(issuer.fetches(), 2);
    pass(seconds(24.0 * 60.0 * 60.0)).await;
    assert!(
        (289..=322).contains(&issuer.fetches()),
        "{} fetches in a day",
        issuer.fetches()
    );
    assert_eq!(status(&keys), "ready");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_takes_what_is_published() {
    let issuer = Issuer::of(&["old"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    issuer.publish(&["new"]);
    pass(seconds(301.0)).await;
    assert_eq!(
        (has(&keys, "old"), has(&keys, "new")),
        (false, true),
        "a key that left the set is gone"
    );
    assert_eq!(
        (ask(&keys, "old").await, ask(&keys, "new").await),
        ("not found", "found")
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_keeps_the_keys_and_is_tried_again_with_growing_pauses() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    issuer.fail();
    pass(seconds(301.0)).await;
    assert!(has(&keys, "a"));
    let KeyStatus::Degraded {
        age,
        failing_for,
        reason,
    } = keys.status()
    else {
        panic!("{keys:?}")
    };
    assert!(
        age >= seconds(300.0) && failing_for <= seconds(32.0),
        "{age:?} {failing_for:?}"
    );
    assert_eq!(reason, format!("key set: {}", answered_500()));
    let before = issuer.fetches();
    pass(seconds(60.0 * 60.0)).await;
    let attempts = issuer.fetches() - before;
    assert!(
        (60..=90).contains(&attempts),
        "{attempts} attempts in an hour"
    );
    assert_eq!((has(&keys, "a"), ask(&keys, "a").await), (true, "found"));
    issuer.publish(&["a", "b"]);
    pass(seconds(61.0)).await;
    assert_eq!((status(&keys), has(&keys, "b")), ("ready", true));
}

#[tokio::test(start_paused = true)]
async fn a_set_without_a_usable_key_is_a_failed_refresh() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    issuer.publish(&[]);
    pass(seconds(301.0)).await;
    assert_eq!((status(&keys), has(&keys, "a")), ("degraded", true));
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_too_old_are_not_used() {
    let issuer = Issuer::of(&["a"]);
    let refresh = KeyRefresh {
        max_stale: seconds(1000.0),
        ..KeyRefresh::default()
    };
    let keys = issuer.started(refresh).await;
    issuer.fail();
    pass(seconds(999.0)).await;
    assert_eq!((status(&keys), has(&keys, "a")), ("degraded", true));
    pass(seconds(1.1)).await;
    assert_eq!(
        (status(&keys), has(&keys, "a")),
        ("starting, failed", false),
        "to the moment"
    );
    assert_eq!(ask(&keys, "a").await, "too old");
    let failed = issuer.fetches();
    pass(seconds(10.0)).await;
    assert_eq!(
        issuer.fetches() - failed,
        10,
        "as at the start, every second is tried"
    );
    issuer.publish(&["a"]);
    pass(seconds(1.0)).await;
    assert_eq!((status(&keys), ask(&keys, "a").await), ("ready", "found"));
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_too_old_are_not_used_however_slow_the_issuer_is() {
    let issuer = Issuer::of(&["a"]);
    let refresh = KeyRefresh {
        max_stale: seconds(1000.0),
        ..KeyRefresh::default()
    };
    let keys = issuer.started(refresh).await;
    issuer.answers_after(seconds(5000.0));
    pass(seconds(999.9)).await;
    assert!(has(&keys, "a"), "a refresh is under way");
    assert_eq!(issuer.fetches(), 2);
    pass(seconds(0.2)).await;
    assert_eq!(
        (status(&keys), has(&keys, "a"), ask(&keys, "a").await),
        ("starting, failed", false, "too old")
    );
    pass(seconds(4400.0)).await;
    assert_eq!((status(&keys), ask(&keys, "a").await), ("ready", "found"));
    assert_eq!(issuer.fetches(), 2, "one fetch at a time");
}

#[tokio::test(start_paused = true)]
async fn keys_recover_after_each_fault_without_a_restart() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    for round in 0..3 {
        issuer.fail();
        pass(seconds(400.0)).await;
        assert_eq!((status(&keys), has(&keys, "a")), ("degraded", true));
        issuer.publish(&[]);
        pass(seconds(400.0)).await;
        assert_eq!((status(&keys), has(&keys, "a")), ("degraded", true));
        issuer.publish(&["a"]);
        pass(seconds(61.0)).await;
        assert_eq!(status(&keys), "ready", "round {round}");
    }
}

#[tokio::test(start_paused = true)]
async fn limits_may_be_as_long_as_a_duration_can_be() {
    let longest = std::time::Duration::MAX;
    let refresh = KeyRefresh {
        max_stale: longest,
        forced_interval: longest,
        max_retry: longest,
        ..KeyRefresh::default()
    };
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(refresh).await;
    assert_eq!(
        (
            ask(&keys, "b").await,
            ask(&keys, "b").await,
            issuer.fetches()
        ),
        ("not found", "not found", 2)
    );
    issuer.fail();
    pass(seconds(100_000.0)).await;
    assert_eq!((status(&keys), has(&keys, "a")), ("degraded", true));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_keys_ends_the_task() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    assert_eq!(Arc::strong_count(&issuer.0), 2);
    drop(keys);
    pass(seconds(1000.0)).await;
    assert_eq!((issuer.fetches(), Arc::strong_count(&issuer.0)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_broke_leaves_no_keys_and_nobody_waiting() {
    let issuer = Issuer::of(&["a"]);
    let keys = issuer.started(KeyRefresh::default()).await;
    issuer.breaks();
    assert_eq!(ask(&keys, "b").await, "stopped", "whoever waited is told");
    assert_eq!(
        (status(&keys), has(&keys, "a")),
        ("starting, failed", false),
        "keys that nobody refreshes are not used"
    );
    assert_eq!(ask(&keys, "a").await, "stopped");
}
