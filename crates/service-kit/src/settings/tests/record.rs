//! What has changed between two readings, and what a running service does about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::folder;
use crate::settings::{Effect, Record, ServiceSettings, SettingsReader};

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
struct Own {
    /// An audience.
    audience: Option<String>,
    /// A secret.
    #[schemars(extend("x-secret" = true))]
    password: Option<String>,
    /// A table.
    keys: Keys,
    /// Another effect than that of the others.
    #[schemars(extend("x-reload" = "restart"))]
    database: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Keys {
    /// A time.
    ttl_seconds: u64,
}

fn own() -> Own {
    Own {
        audience: None,
        password: None,
        keys: Keys { ttl_seconds: 30 },
        database: None,
    }
}

fn read(pairs: &[(&str, &str)]) -> Record {
    let mut reader = SettingsReader::from_values("AN_API", pairs.iter().copied());
    let service = ServiceSettings::read(&mut reader, 8000);
    reader.group(own());
    let service = reader.finish(Some(service)).unwrap();
    service.record.read()
}

#[test]
fn a_setting_that_says_nothing_about_it_needs_a_restart() {
    let before = read(&[]);
    for (name, value, effect) in [
        ("PORT", "9000", Effect::Restart),
        ("DATABASE", "x", Effect::Restart),
        ("WORKERS", "3", Effect::Restart),
        ("LIMITS__KEEP_ALIVE_SECONDS", "9", Effect::Restart),
        ("LIMITS__MAX_BODY_BYTES", "9", Effect::Requests),
        ("CORS_ALLOWED_ORIGINS", "*", Effect::Requests),
        ("TRUSTED_PROXIES", "10.0.0.1", Effect::Requests),
        ("RUST_LOG", "debug", Effect::Log),
        ("AUDIENCE", "x", Effect::Tokens),
        ("KEYS__TTL_SECONDS", "9", Effect::Tokens),
    ] {
        let changes = before.changes(&read(&[(name, value)]));
        assert!(changes.have(effect), "{name}: {changes:?}");
        let waits = changes.need_restart() == [name];
        assert_eq!(waits, effect == Effect::Restart, "{name}");
        assert_eq!(waits, changes.reloaded().is_empty(), "{name}");
    }
}

#[test]
fn the_default_is_no_change_however_it_is_written() {
    let same = [
        ("PORT", "8000"),
        ("AN_API__KEYS__TTL_SECONDS", "30"),
        ("RUST_LOG", "info"),
    ];
    let changes = read(&[]).changes(&read(&same));
    assert!(changes.reloaded().is_empty() && changes.need_restart().is_empty());
    let folder = folder("port = 8000\n[keys]\nttl_seconds = \"30\"");
    let changes = read(&[]).changes(&read(&[("CONFIG_FILE", &folder.1)]));
    assert!(changes.reloaded().is_empty() && changes.need_restart().is_empty());
}

#[test]
fn the_content_of_a_secret_file_counts_and_it_is_looked_at() {
    let (folder, toml) = folder("audience = \"x\"");
    let secret = folder.path().join("secret");
    let secret_path = secret.display().to_string();
    let pairs = [
        ("PASSWORD_FILE", secret_path.as_str()),
        ("CONFIG_FILE", &toml),
    ];
    std::fs::write(&secret, "hunter2").unwrap();
    let before = read(&pairs);
    std::fs::write(&secret, "hunter3").unwrap();
    let changes = before.changes(&read(&pairs));
    assert_eq!(changes.reloaded(), ["PASSWORD"]);
    let files: Vec<_> = before.files().iter().collect();
    let mut expected = [secret, toml.into()];
    expected.sort();
    assert_eq!(files, expected.iter().collect::<Vec<_>>());
}

#[test]
fn what_needs_a_restart_goes_on_to_need_one_and_the_rest_is_taken() {
    let mut in_effect = read(&[]);
    let later = read(&[("PORT", "9000"), ("AUDIENCE", "x")]);
    assert_eq!(in_effect.changes(&later).reloaded(), ["AUDIENCE"]);
    in_effect.take(&later);
    let changes = in_effect.changes(&later);
    assert!(changes.reloaded().is_empty());
    assert_eq!(changes.need_restart(), ["PORT"]);
    let back = read(&[("AUDIENCE", "x")]);
    assert!(in_effect.changes(&back).need_restart().is_empty());
}
