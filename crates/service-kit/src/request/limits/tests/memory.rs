//! The number of entries is bounded, and the oldest make room.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use governor::clock::{Clock, FakeRelativeClock};

use super::super::class::RouteClass;
use super::super::count::Limits;
use super::super::key::Key;
use super::super::{AddressRates, Rate, RateLimitConfig, SubjectRates, Ticks};
use crate::request::ClientAddress;

const MAX_KEYS: usize = 20_000;
const SOME: u32 = 50_000;

fn limits(clock: &FakeRelativeClock) -> Limits {
    let rate = Rate::per_minute(2.try_into().unwrap());
    let config = RateLimitConfig {
        address: AddressRates {
            read: rate,
            ..AddressRates::default()
        },
        subject: SubjectRates {
            read: rate,
            ..SubjectRates::default()
        },
        max_keys: MAX_KEYS,
        ..RateLimitConfig::default()
    };
    let clock = clock.clone();
    Limits::new(&config, None, &Ticks::new(move || clock.now().into()))
}

fn address(number: u32) -> Key {
    let address = IpAddr::V4(Ipv4Addr::from_bits(number));
    Key::of_address(&ClientAddress::at(address))
}

fn subject(number: u32) -> Key {
    Key::of_subject("https://id.example.com/", &format!("subject-{number}"))
}

#[actix_web::test]
async fn entries_of_fifty_thousand_subjects_and_addresses_are_bounded() {
    let limits = limits(&FakeRelativeClock::default());
    for number in 0..SOME {
        assert!(
            limits
                .of_address(RouteClass::Read, address(number))
                .await
                .is_ok()
        );
        let outcome = limits
            .of_subject(RouteClass::Read, || subject(number))
            .await;
        assert!(outcome.is_ok(), "a new one is never refused");
    }
    let (addresses, subjects) = limits.into_entries();
    for entries in [addresses, subjects] {
        assert!((MAX_KEYS - 1000..=MAX_KEYS).contains(&entries), "{entries}");
    }
}

#[actix_web::test]
async fn a_flood_of_others_does_not_free_one_that_goes_on() {
    let clock = FakeRelativeClock::default();
    let limits = limits(&clock);
    let flooding = async || limits.of_address(RouteClass::Read, address(u32::MAX)).await;
    assert!(flooding().await.is_ok());
    assert!(flooding().await.is_ok());
    for number in 0..SOME {
        assert!(
            limits
                .of_address(RouteClass::Read, address(number))
                .await
                .is_ok()
        );
        if number % 500 == 0 {
            assert!(flooding().await.is_err(), "after {number}");
        }
    }
    clock.advance(Duration::from_secs(30));
    assert!(flooding().await.is_ok());
}
