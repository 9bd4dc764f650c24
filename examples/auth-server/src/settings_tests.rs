//! What can be set, and what is reported.

use service_kit::settings::{Field, SettingsReader, faults_of_example};

use super::Settings;

fn read(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let reader = SettingsReader::from_values(Settings::PREFIX, values.iter().copied());
    Settings::read(reader).map_err(|error| error.problems().to_vec())
}

#[test]
fn everything_bad_is_told_at_once() {
    let problems = read(&[
        ("DATABASE_URL", "mysql://u:hunter2@h/x"),
        ("ISSUER", "https://id.example.com/"),
        ("KEY_ENCRYPTION_KEY", "hunter2"),
        ("SIGNING_ALGORITHM", "HS256"),
        ("TOKENS__KEY_ROTATION_SECONDS", "0"),
        ("TOKENS__ACCESS_SECONDS", "x"),
        ("TOKENS__REFRESH_GRACE_SECONDS", "61"),
        ("PASSWORDS__AT_ONCE", "0"),
        ("THROTTLE__FAILURES_PER_ACCOUNT", "0"),
        ("TRUSTED_PROXIES", "1"),
    ])
    .unwrap_err();
    assert_eq!(problems.len(), 10, "{problems:#?}");
    assert!(!problems.concat().contains("hunter2"), "{problems:#?}");
}

#[test]
fn an_issuer_is_a_plain_address() {
    for issuer in [
        "id.example.com",
        "ftp://id.example.com",
        "https://u:p@id.example.com",
        "https://id.example.com?a",
        "https://id.example.com#a",
    ] {
        assert_eq!(
            read(&[("ISSUER", issuer)]).unwrap_err().len(),
            1,
            "{issuer}"
        );
    }
    let settings = read(&[("AUTH_SERVER__ISSUER", "http://auth-server:8002")]).unwrap();
    assert_eq!(settings.issuer.as_deref(), Some("http://auth-server:8002"));
}

#[test]
fn nothing_need_be_set() {
    let settings = read(&[]).unwrap();
    let address = "127.0.0.1:8002".parse().unwrap();
    let tokens = settings.token_config(address);
    assert_eq!(settings.service.port, 8002);
    assert_eq!(settings.database.url, "sqlite://data/auth-server.db");
    assert_eq!(tokens.issuer, "http://localhost:8002");
    assert_eq!(tokens.audience, ["http://localhost:8002"]);
    let several = read(&[("AUDIENCE", "https://a.example, https://b.example")]).unwrap();
    assert_eq!(
        several.token_config(address).audience,
        ["https://a.example", "https://b.example"]
    );
}

#[test]
fn debug_shows_no_secret() {
    let settings = read(&[
        ("DATABASE_URL", "postgres://u:hunter2@h/x"),
        (
            "KEY_ENCRYPTION_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ),
    ]);
    let shown = format!("{:?}", settings.unwrap());
    for secret in ["hunter2", "AAAA", "[0, 0"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn the_example_is_on_a_screen_and_true() {
    let example = include_str!("../.env.example");
    let faults = faults_of_example(example, &Settings::fields(), Field::name);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_audience_is_none_beside_it() {
    let none = ("NO_AUDIENCE", "true");
    let refused = read(&[none, ("AUDIENCE", "an-api")]).unwrap_err();
    assert_eq!(refused.len(), 1, "{refused:?}");
    let settings = read(&[none]).unwrap();
    let address = ([127, 0, 0, 1], 8002).into();
    assert!(settings.token_config(address).audience.is_empty());
}
