//! Tests of the buckets that replicas share, on SQLite: the statements are the same on PostgreSQL.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use service_kit::store::DatabaseConfig;

use super::{BucketLimit, Shared};
use crate::limits::Limits;
use crate::store::Store;
use crate::throttle::attempts::{Origin, Refusal, ThrottleConfig};
use crate::throttle::bucket::Limit;
use crate::throttle::set_clock::SetClock;
use crate::throttle::{SignIn, SteadyClock, Throttles};
use service_kit::ClientAddress;

async fn store() -> Store {
    let config = DatabaseConfig::at("sqlite::memory:");
    Store::open(&config).await.unwrap()
}

/// Two failures per name and four per network are free, and one a minute drains.
const CONFIG: ThrottleConfig = ThrottleConfig {
    kind: "test",
    per_network: Limit {
        free: 4,
        per_hour: 60,
    },
    per_name: Limit {
        free: 2,
        per_hour: 60,
    },
};

fn origin(name: &str, network: &str) -> Origin {
    Origin {
        network: network.to_owned(),
        name: Some(name.to_owned()),
        is_familiar: network == "home",
    }
}

async fn shared() -> (Shared, Arc<SetClock>) {
    let clock = Arc::new(SetClock::default());
    let shared = Shared::open(store().await, clock.clone()).await.unwrap();
    (shared, clock)
}

/// Returns the seconds to wait; `None` if the failure was admitted.
async fn fail(shared: &Shared, name: &str, network: &str) -> Option<u64> {
    match shared.admit(&CONFIG, &origin(name, network)).await {
        Ok(reservation) => {
            reservation.count().await.unwrap();
            None
        }
        Err(Refusal::Full(wait)) => Some(wait.as_secs()),
        Err(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test]
async fn a_guesser_gets_no_more_from_two_replicas_than_from_one() {
    let (store, clock) = (store().await, Arc::new(SetClock::default()));
    let steady: Arc<dyn SteadyClock> = clock.clone();
    let replica = async || {
        let throttles = Throttles::new(&Limits::default(), &steady);
        throttles.shared_in(store.clone(), &steady).await.unwrap()
    };
    let replicas = [replica().await, replica().await];
    let mut tried = [0; 3];
    for guess in 0..3 * 360 {
        clock.set(Duration::from_secs(guess * 10));
        let address = Ipv4Addr::from_bits(guess as u32 % 100);
        let guess_ = SignIn {
            name: "ann",
            address: &ClientAddress::at(address.into()),
            is_familiar: false,
        };
        if let Ok(attempt) = replicas[guess as usize % 2].sign_in(&guess_).await {
            attempt.count().await.unwrap();
            tried[guess as usize / 360] += 1;
        }
    }
    assert_eq!(tried, [22, 12, 12]);
}

#[tokio::test]
async fn a_bucket_drains_and_a_familiar_network_has_its_own() {
    let (shared, clock) = shared().await;
    for _ in 0..3 {
        assert_eq!(fail(&shared, "ann", "a").await, None);
    }
    for second in [0, 20, 59] {
        clock.set(Duration::from_secs(second));
        for network in ["a", "b"] {
            assert_eq!(fail(&shared, "ann", network).await, Some(60 - second));
        }
    }
    for name in ["bob", "eve"] {
        assert_eq!(fail(&shared, name, "a").await, None);
    }
    assert!(fail(&shared, "carol", "a").await.is_some(), "the network");
    for wait in [None, None, None, Some(60)] {
        assert_eq!(fail(&shared, "ann", "home").await, wait);
    }
    clock.set(Duration::from_secs(60));
    assert_eq!(fail(&shared, "ann", "b").await, None);
    assert_eq!(fail(&shared, "ann", "b").await, Some(60));
}

#[tokio::test]
async fn what_runs_is_reserved_until_it_ends_or_its_process_was_killed() {
    let (shared, clock) = shared().await;
    let buckets = super::buckets(&CONFIG, &origin("ann", "a"));
    let admit = async || {
        let outcome = shared.try_admit(&buckets).await.unwrap();
        outcome.map(|outcome| outcome.unwrap())
    };
    for _ in 0..10 {
        admit().await.unwrap().give_back().await;
    }
    let mut running = Vec::new();
    for _ in 0..3 {
        running.push(admit().await.unwrap());
    }
    assert!(admit().await.is_none());
    running.pop().unwrap().count().await.unwrap();
    assert!(admit().await.is_none(), "a failure makes no room");
    running.pop().unwrap().give_back().await;
    running.push(admit().await.unwrap());
    // A request that is dropped, such as that of a client that is gone.
    drop(running.pop().unwrap());
    while admit().await.is_none() {
        tokio::task::yield_now().await;
    }
    std::mem::forget(running);
    clock.set(Duration::from_secs(61));
    for _ in 0..3 {
        std::mem::forget(admit().await.unwrap());
    }
}

#[tokio::test]
async fn drained_buckets_go_and_of_too_many_the_emptiest() {
    let store = store().await;
    let bucket = |number: u64| BucketLimit {
        id: number.to_string(),
        drain: Duration::from_millis(number),
        free: Duration::ZERO,
    };
    let mut write = store.write().await.unwrap();
    for number in 1..=3000 {
        write.pour(&bucket(number), 1000).await.unwrap();
    }
    assert!(write.reserve(&bucket(0), 1000, 3000).await.unwrap());
    write.commit().await.unwrap();
    let kept = async || {
        let mut write = store.write().await.unwrap();
        let mut kept = Vec::new();
        for number in 0..=3000 {
            let found = write.bucket(&bucket(number), 0).await.unwrap();
            kept.extend(found.map(|_| number));
        }
        kept
    };
    store.clean_buckets(2000, 100_000).await.unwrap();
    let expected: Vec<_> = [0].into_iter().chain(1001..=3000).collect();
    assert_eq!(
        kept().await,
        expected,
        "with a running attempt, or not drained"
    );
    store.clean_buckets(2000, 10).await.unwrap();
    assert_eq!(kept().await, (2991..=3000).collect::<Vec<_>>());
}
