//! The settings of the limits.

use std::time::Duration;

use super::settings;

#[test]
fn what_cannot_be_used_is_reported_with_what_is_expected() {
    let problems = settings(&[
        ("RATE_LIMIT__FAILURES__PER_MINUTE", "0"),
        ("RATE_LIMIT__ADDRESS__PUBLIC__BURST", "5"),
        ("RATE_LIMIT__SUBJECT__READ__PER_MINUTE", "many"),
        ("RATE_LIMIT__MAX_KEYS", "10"),
        ("RATE_LIMIT__KEY_PREFIX", "a:b"),
        ("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS", "0"),
        ("RATE_LIMIT_URL", "rediss://user:hunter2@host"),
        ("AN_API__RATE_LIMIT__SUBJECT__WRITE__PER_MINUTE", "5"),
    ])
    .unwrap_err();
    let from = "(it comes from the environment)";
    for (index, expected) in [
        format!("RATE_LIMIT_URL cannot be used: expected redis://host:port or valkey://host:port, without TLS and without parameters; unix sockets and clusters are not supported {from}"),
        format!("RATE_LIMIT__FAILURES__PER_MINUTE cannot be used: expected a whole number from 1 to 1000000 {from}"),
        format!("RATE_LIMIT__MAX_KEYS cannot be used: expected a whole number from 1000 to 10000000 {from}"),
        format!("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS cannot be used: expected a whole number from 1 to 10000 {from}"),
        format!("RATE_LIMIT__SUBJECT__READ__PER_MINUTE cannot be used: expected a whole number from 1 to 1000000 {from}"),
        format!("RATE_LIMIT__ADDRESS__PUBLIC__BURST cannot be used: expected RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE as well {from}"),
        format!("RATE_LIMIT__KEY_PREFIX cannot be used: expected letters, digits and -._ {from}"),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(&problems[index], expected);
    }
    let unknown = "AN_API__RATE_LIMIT__SUBJECT__WRITE__PER_MINUTE";
    assert!(problems[7].starts_with(unknown), "{problems:?}");
    assert_eq!(problems.len(), 8);
    assert!(!problems.concat().contains("hunter2"));
}

#[test]
fn everything_can_be_set_and_nothing_is_by_default() {
    let settings = settings(&[
        ("RATE_LIMIT__FAILURES__PER_MINUTE", "30"),
        ("RATE_LIMIT__FAILURES__BURST", "10"),
        ("RATE_LIMIT__SUBJECT__CHANGE__PER_MINUTE", "60"),
        ("RATE_LIMIT__MAX_KEYS", "20000"),
        ("RATE_LIMIT__KEY_PREFIX", "eu.an-api"),
        ("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS", "50"),
        ("RATE_LIMIT_URL", "redis://:hunter2@store:6380/1"),
    ])
    .unwrap();
    let limits = &settings.rate_limit;
    assert!(limits.is_set());
    assert_eq!(limits.failures.per_minute.unwrap().get(), 30);
    assert_eq!(limits.failures.burst.unwrap().get(), 10);
    assert_eq!(limits.subject.change.per_minute.unwrap().get(), 60);
    assert_eq!(limits.subject.change.burst, None);
    assert_eq!(limits.address, super::super::AddressRates::default());
    assert_eq!(limits.max_keys, 20_000);
    assert_eq!(limits.key_prefix.as_deref(), Some("eu.an-api"));
    assert_eq!(limits.store_timeout(), Duration::from_millis(50));
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("store:6380") && !shown.contains("hunter2"),
        "{shown}"
    );
    let unset = super::settings(&[]).unwrap();
    assert!(!unset.rate_limit.is_set());
    assert_eq!(unset.rate_limit_url, None);
    assert_eq!(unset.rate_limit.max_keys, 100_000);
    assert_eq!(unset.rate_limit.store_timeout(), Duration::from_millis(100));
}

#[test]
fn the_address_of_the_store_can_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "redis://:hunter2@store:6380/1\n").unwrap();
    let settings = settings(&[("RATE_LIMIT_URL_FILE", path.to_str().unwrap())]).unwrap();
    assert_eq!(settings.rate_limit_url.unwrap().to_string(), "store:6380");
}
