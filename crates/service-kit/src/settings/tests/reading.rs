//! Reading values, and the errors of invalid ones.

use std::path::PathBuf;

use super::{Sample, default, problem, read};
use crate::settings::{Field, Kind, SettingsReader, Sources};

#[test]
fn nothing_but_the_required_has_to_be_set() {
    let sample = read(&[]).unwrap();
    let expected = Sample {
        acme_project: Some("P1".to_owned()),
        ..default()
    };
    assert_eq!(sample, expected);
}

#[test]
fn everything_wrong_is_reported_at_once_with_where_it_comes_from() {
    let dotenv = "# A comment.\nexport PORT=70000\nKEYS__TTL_SECONDS=61";
    let pairs = [
        ("AN_API__ADDRESS", "localhost"),
        ("ACME_REQUIRE", "yes"),
        ("LETTER", "xy"),
    ];
    let error = {
        let sources = Sources {
            environment: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            dotenv: Some((PathBuf::from(".env"), dotenv.to_owned())),
        };
        let mut reader = SettingsReader::from_sources("AN_API", sources);
        reader.group(default());
        reader.unusable("letter", "expected another");
        reader.unusable("hosts", "expected some");
        reader.problem("and two of them disagree");
        reader.finish(None::<()>).unwrap_err()
    };
    assert_eq!(
        error.to_string(),
        "the settings are not right:
  - ACME_PROJECT is not set: an id
  - ACME_REQUIRE cannot be used: expected true or false (it comes from the environment)
  - AN_API__ADDRESS cannot be used: expected an IP address (it comes from the environment)
  - LETTER cannot be used: too many characters in string (it comes from the environment)
  - PORT cannot be used: expected a whole number from 0 to 65535 (it comes from line 2 of .env)
  - KEYS__TTL_SECONDS cannot be used: expected a whole number from 1 to 60 (it comes from line 3 of .env)
  - LETTER cannot be used: expected another (it comes from the environment)
  - HOSTS cannot be used: expected some
  - and two of them disagree"
    );
}

#[test]
fn numbers_are_whole_and_switches_true_or_false() {
    for (name, value) in [
        ("PORT", "-1"),
        ("PORT", "1.5"),
        ("PORT", "99999999999999999999"),
        ("KEYS__TTL_SECONDS", "0"),
        ("KEYS__TTL_SECONDS", "1h"),
        ("ACME_REQUIRE", "1"),
        ("ACME_REQUIRE", "True"),
    ] {
        let problem = problem(&[(name, value)]);
        assert!(
            problem.starts_with(&format!("{name} cannot be used: expected ")),
            "{problem}"
        );
    }
}

#[test]
fn what_is_a_number_to_others_stays_the_text_that_it_is() {
    for text in ["007", "1e5", "true"] {
        let sample = read(&[("PASSWORD", text)]).unwrap();
        assert_eq!(sample.password.as_deref(), Some(text));
    }
}

#[test]
fn nothing_missing_without_a_reason() {
    let error = SettingsReader::from_values("AN_API", []).finish(None::<()>);
    assert_eq!(error.unwrap_err().problems(), ["a setting is missing"]);
}

#[test]
fn the_struct_says_what_there_is() {
    let mut reader = SettingsReader::from_values("AN_API", []);
    reader.group(default());
    let names: Vec<_> = reader.fields().iter().map(Field::name).collect();
    let expected = [
        "CONFIG_FILE",
        "ACME_PROJECT",
        "ACME_REQUIRE",
        "ADDRESS",
        "HOSTS",
        "LETTER",
        "PASSWORD",
        "PORT",
        "KEYS__TTL_SECONDS",
    ];
    assert_eq!(names, expected);
    let field = |path: &str| {
        reader
            .fields()
            .iter()
            .find(|field| field.path == path)
            .unwrap()
    };
    let project = field("acme_project");
    assert_eq!(project.description, "The id of the project.");
    assert!(project.required && project.default.is_none());
    assert!(field("password").secret);
    let ttl = field("keys.ttl_seconds");
    assert_eq!(
        (ttl.kind, ttl.default.as_ref()),
        (Kind::Number(1, 60), Some(&30.into()))
    );
    assert_eq!(field("hosts").kind, Kind::List);
    assert_eq!(field("acme_require").kind, Kind::Switch);
}

#[test]
fn debug_shows_no_value() {
    let reader = SettingsReader::from_values("AN_API", [("PASSWORD", "hunter2")]);
    assert!(!format!("{reader:?}").contains("hunter2"));
}
