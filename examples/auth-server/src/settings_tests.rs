//! What may be set, and what is said of the rest.

use service_kit::settings::{SettingName, SettingsReader};

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
        ("KEY_ROTATION_SECONDS", "0"),
        ("ACCESS_TOKEN_SECONDS", "x"),
        ("PASSWORD_HASHES_AT_ONCE", "0"),
        ("LOGIN_FAILURES_PER_ACCOUNT", "0"),
        ("TRUSTED_PROXIES", "-1"),
    ])
    .unwrap_err();
    assert_eq!(problems.len(), 9, "{problems:#?}");
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
    let settings = read(&[("AUTH_SERVER_ISSUER", "http://auth-server:8002")]).unwrap();
    assert_eq!(settings.issuer.as_deref(), Some("http://auth-server:8002"));
}

#[test]
fn nothing_need_be_set() {
    let settings = read(&[]).unwrap();
    let address = "127.0.0.1:8002".parse().unwrap();
    let tokens = settings.token_config(address);
    assert_eq!(settings.service.port, 8002);
    assert_eq!(settings.database_url, "sqlite://data/auth-server.db");
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
fn env_example_has_every_setting_with_a_sentence_and_its_default() {
    let example = include_str!("../.env.example");
    let lines: Vec<_> = example.lines().collect();
    let mut named: Vec<&str> = Vec::new();
    let mut values: Vec<(&str, &str)> = Vec::new();
    for pair in lines.windows(2) {
        let [before, line] = pair else { continue };
        if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            assert!(before.starts_with("# "), "{name} has no sentence");
            named.push(name);
            values.push((name, value));
        }
    }
    let mut asked: Vec<_> = Settings::names()
        .iter()
        .map(|SettingName { name, .. }| *name)
        .collect();
    asked.sort_unstable();
    named.sort_unstable();
    assert_eq!(named, asked);
    assert_eq!(
        format!("{:?}", read(&values).unwrap()),
        format!("{:?}", Settings::defaults()),
        "the example shows the defaults"
    );
}
