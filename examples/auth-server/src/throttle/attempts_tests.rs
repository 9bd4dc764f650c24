//! Tests of admitting and counting.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{Attempt, Buckets, Limit, Origin, Refusal, Throttle, ThrottleConfig};
use crate::throttle::set_clock::SetClock;

/// Two failures per name and four per network are free, and one a minute drains.
fn throttle() -> (Throttle, Arc<SetClock>) {
    let clock = Arc::new(SetClock::default());
    let limit = |free| Limit { free, per_hour: 60 };
    let config = ThrottleConfig {
        kind: "test",
        per_network: limit(4),
        per_name: limit(2),
    };
    (Throttle::new(config, clock.clone()), clock)
}

fn origin(name: &str, network: &str) -> Origin {
    Origin {
        network: network.to_owned(),
        name: Some(name.to_owned()),
        is_familiar: (name, network) == ("ann", "home"),
    }
}

async fn admit<'t>(
    throttle: &'t Throttle,
    name: &str,
    network: &str,
) -> Result<Attempt<'t>, Refusal> {
    throttle.admit(&origin(name, network)).await
}

/// Returns the seconds to wait; `None` if the failure was admitted.
async fn fail(throttle: &Throttle, name: &str, network: &str) -> Option<u64> {
    match admit(throttle, name, network).await {
        Ok(attempt) => {
            attempt.count();
            None
        }
        Err(Refusal::Full(wait)) => Some(wait.as_secs()),
        Err(refusal) => panic!("{refusal:?}"),
    }
}

async fn succeed(throttle: &Throttle, name: &str, network: &str) {
    let attempt = admit(throttle, name, network).await;
    drop(attempt.expect("it is let in"));
}

/// Whether the future is still pending when it is asked.
macro_rules! waits {
    ($future:expr) => {
        tokio::select! {
            biased;
            _ = $future.as_mut() => false,
            () = ready(()) => true,
        }
    };
}

#[tokio::test]
async fn a_full_bucket_drains_whatever_else_happens() {
    let (throttle, clock) = throttle();
    for _ in 0..3 {
        assert_eq!(fail(&throttle, "ann", "a").await, None);
    }
    for second in [0, 20, 59] {
        clock.set(Duration::from_secs(second));
        let wait = Some(60 - second);
        assert_eq!(fail(&throttle, "ann", "a").await, wait);
        assert_eq!(fail(&throttle, "ann", "b").await, wait, "elsewhere");
        assert_eq!(fail(&throttle, &format!("eve {second}"), "b").await, None);
    }
    clock.set(Duration::from_secs(60));
    assert_eq!(fail(&throttle, "ann", "a").await, None);
    assert_eq!(fail(&throttle, "ann", "a").await, Some(60));
    clock.set(Duration::from_secs(60 * 5));
    assert_eq!(throttle.counts().names.kept(), (3, 1));
    for _ in 0..3 {
        assert_eq!(fail(&throttle, "ann", "a").await, None);
    }
}

#[tokio::test]
async fn what_succeeds_or_is_dropped_costs_nothing() {
    let (throttle, _) = throttle();
    for number in 0..20 {
        let name = format!("user {number}");
        succeed(&throttle, &name, "home").await;
        drop(admit(&throttle, "eve", "home").await.unwrap());
    }
    assert_eq!(throttle.counts().networks.kept(), (0, 0));
    for name in ["eve", "eve", "bob", "bob", "eve"] {
        assert_eq!(fail(&throttle, name, "home").await, None);
    }
    assert_eq!(fail(&throttle, "carol", "home").await, Some(60));
    // Nor does one's own success allow more guesses at others.
    succeed(&throttle, "ann", "home").await;
    assert_eq!(fail(&throttle, "carol", "home").await, Some(60));
}

#[tokio::test]
async fn only_running_attempts_are_waited_for() {
    let (throttle, _) = throttle();
    let first = admit(&throttle, "ann", "a").await.unwrap();
    let second = admit(&throttle, "ann", "b").await.unwrap();
    let third = admit(&throttle, "ann", "c").await.unwrap();
    let wanted = origin("ann", "d");
    let (mut fourth, mut fifth) = (pin!(throttle.admit(&wanted)), pin!(throttle.admit(&wanted)));
    assert!(waits!(fourth) && waits!(fifth));
    first.count();
    assert!(waits!(fourth) && waits!(fifth), "a failure makes no room");
    drop(second);
    let fourth = fourth.await.expect("a success does");
    assert!(waits!(fifth));
    third.count();
    fourth.count();
    let refused = fifth.await.err();
    let Some(Refusal::Full(wait)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(wait.as_secs(), 60);
}

#[tokio::test]
async fn the_wait_is_bounded() {
    let (mut throttle, _) = throttle();
    throttle.longest_wait = Duration::ZERO;
    let mut running = Vec::new();
    for _ in 0..3 {
        running.push(admit(&throttle, "ann", "a").await.unwrap());
    }
    let refused = admit(&throttle, "ann", "a").await.err();
    assert!(matches!(refused, Some(Refusal::Busy)));
    drop(running);
    throttle.longest_wait = Duration::from_secs(3600);
    throttle.waiting = Semaphore::new(0);
    for _ in 0..3 {
        // Never ends.
        std::mem::forget(admit(&throttle, "ann", "a").await.unwrap());
    }
    let refused = admit(&throttle, "ann", "a").await.err();
    assert!(matches!(refused, Some(Refusal::Busy)));
}

#[tokio::test]
async fn a_familiar_network_has_a_bucket_of_its_own() {
    let (throttle, _) = throttle();
    for number in 0..9 {
        fail(&throttle, "ann", &number.to_string()).await;
        fail(&throttle, &number.to_string(), "home").await;
    }
    assert!(fail(&throttle, "ann", "elsewhere").await.is_some());
    assert!(fail(&throttle, "bob", "home").await.is_some());
    for _ in 0..2 {
        assert_eq!(fail(&throttle, "ann", "home").await, None);
    }
    succeed(&throttle, "ann", "home").await;
    assert_eq!(fail(&throttle, "ann", "home").await, None);
    assert_eq!(fail(&throttle, "ann", "home").await, Some(60));
}

#[tokio::test]
async fn memory_is_bounded_and_what_is_under_attack_stays() {
    let (throttle, _) = throttle();
    for _ in 0..3 {
        assert_eq!(fail(&throttle, "ann", "a").await, None);
    }
    for number in 0..Buckets::MOST + 50 {
        let number = number.to_string();
        assert_eq!(fail(&throttle, &number, &number).await, None);
    }
    {
        let counts = throttle.counts();
        assert_eq!(counts.names.kept(), (Buckets::MOST, 1));
        assert_eq!(counts.networks.kept(), (Buckets::MOST, 1));
    }
    assert!(fail(&throttle, "ann", "b").await.is_some());
}
