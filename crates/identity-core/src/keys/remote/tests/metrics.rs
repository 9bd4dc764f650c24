//! Metrics of keys as they are fetched and expire.

use std::sync::Arc;

use metrics::with_local_recorder;
use tokio::task::JoinSet;

use super::{Issuer, ask, ask_together, pass, seconds};
use crate::keys::remote::{KeyRefresh, RemoteKeys};
use crate::metrics::tests::Recorded;

const LABEL: &str = "issuer=https://issuer.example/jwks";

/// Returns keys that report to their own recorder.
fn reporting(issuer: &Issuer, refresh: KeyRefresh) -> (Arc<RemoteKeys>, Recorded) {
    let recorded = Recorded::default();
    let keys = with_local_recorder(&recorded, || issuer.keys(refresh));
    (Arc::new(keys), recorded)
}

fn count(recorded: &Recorded, name: &str, outcome: &str) -> u64 {
    recorded.count(&format!("{name} {LABEL} outcome={outcome}"))
}

fn gauge(recorded: &Recorded, name: &str) -> f64 {
    recorded.gauge(&format!("{name} {LABEL}"))
}

#[tokio::test(start_paused = true)]
async fn the_age_of_keys_grows_and_so_does_the_time_for_which_fetches_fail() {
    let issuer = Issuer::failing();
    let refresh = KeyRefresh {
        max_stale: seconds(1000.0),
        ..KeyRefresh::default()
    };
    let (_keys, recorded) = reporting(&issuer, refresh);
    pass(seconds(10.5)).await;
    assert_eq!(gauge(&recorded, "identity_key_age_seconds"), 0.0);
    assert_eq!(gauge(&recorded, "identity_keys"), 0.0);
    let failing = gauge(&recorded, "identity_key_failing_seconds");
    assert!((9.0..=10.5).contains(&failing), "{failing}");

    issuer.publish(&["a", "b"]);
    pass(seconds(1.0)).await;
    assert_eq!(gauge(&recorded, "identity_keys"), 2.0);
    assert_eq!(gauge(&recorded, "identity_key_failing_seconds"), 0.0);
    issuer.fail();
    pass(seconds(500.0)).await;
    let age = gauge(&recorded, "identity_key_age_seconds");
    assert!((499.0..=501.0).contains(&age), "{age}");
    let failing = gauge(&recorded, "identity_key_failing_seconds");
    assert!((199.0..=231.0).contains(&failing), "{failing}");

    pass(seconds(501.0)).await;
    assert_eq!(gauge(&recorded, "identity_key_age_seconds"), 0.0);
    assert_eq!(gauge(&recorded, "identity_keys"), 0.0, "they are too old");
}

#[tokio::test(start_paused = true)]
async fn an_age_is_reported_while_an_issuer_answers_slowly() {
    let issuer = Issuer::of(&["a"]);
    let (_keys, recorded) = reporting(&issuer, KeyRefresh::default());
    pass(seconds(1.0)).await;
    issuer.answers_after(seconds(10_000.0));
    pass(seconds(2000.0)).await;
    let age = gauge(&recorded, "identity_key_age_seconds");
    assert!((1999.0..=2001.0).contains(&age), "{age}");
}

#[tokio::test(start_paused = true)]
async fn each_fetch_and_each_refetch_is_counted() {
    let issuer = Issuer::of(&["a"]);
    let (keys, recorded) = reporting(&issuer, KeyRefresh::default());
    pass(seconds(0.1)).await;
    let fetches = |outcome| count(&recorded, "identity_key_fetches_total", outcome);
    let refetches = |outcome| count(&recorded, "identity_key_refetches_total", outcome);
    assert_eq!((fetches("success"), refetches("fetched")), (1, 0));

    assert_eq!(ask_together(&keys, 10, "b").await, "not found");
    assert_eq!((fetches("success"), refetches("fetched")), (2, 1));
    assert_eq!(refetches("limited"), 0, "they all waited for it");
    pass(seconds(0.1)).await;
    assert_eq!(ask_together(&keys, 10, "b").await, "not found");
    assert_eq!((refetches("fetched"), refetches("limited")), (1, 10));

    issuer.fail();
    pass(seconds(5.0)).await;
    assert_eq!(ask(&keys, "b").await, "unavailable");
    assert_eq!((fetches("fetch"), refetches("fetched")), (1, 2));
    issuer.publish(&[]);
    pass(seconds(2.0)).await;
    assert_eq!((fetches("key_set"), fetches("discovery")), (1, 0));
    assert_eq!(fetches("success"), 2);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_counted_and_who_may_not() {
    let issuer = Issuer::of(&["a"]);
    issuer.answers_after(seconds(3.0));
    let refresh = KeyRefresh {
        max_waiting: 10,
        ..KeyRefresh::default()
    };
    let (keys, recorded) = reporting(&issuer, refresh);
    let waiting = || gauge(&recorded, "identity_key_waiting_requests");
    let mut requests = JoinSet::new();
    for _ in 0..15 {
        let keys = Arc::clone(&keys);
        requests.spawn(async move { ask(&keys, "a").await });
    }
    pass(seconds(0.1)).await;
    assert_eq!(waiting(), 10.0);
    let turned_away = recorded.count(&format!("identity_key_turned_away_total {LABEL}"));
    assert_eq!(turned_away, 5);
    requests.join_all().await;
    assert_eq!(waiting(), 0.0);
}
