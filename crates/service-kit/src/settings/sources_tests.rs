use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Found, Values, layered};

/// A file of its own for each test, gone with it.
struct File(PathBuf);

impl File {
    fn with(text: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("identity-actix-{}-{number}.conf", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // The system clears its folder of temporary files anyway.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn read(environment: &[(&str, &str)], dotenv: &str) -> Values {
    let environment = environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    layered(
        "AN_API",
        environment,
        Some(dotenvy::from_read_iter(dotenv.as_bytes())),
    )
}

/// The text of a value, in the case that a reader looks for.
fn text<'v>(values: &'v Values, name: &str) -> Option<&'v str> {
    match values.found.get(name) {
        Some(Found::Text(text)) => Some(text),
        _ => None,
    }
}

#[test]
fn the_environment_wins_over_dotenv_and_dotenv_over_the_file() {
    let file =
        File::with("host = \"of the file\"\nport = \"of the file\"\nworkers = \"of the file\"");
    let values = read(
        &[("CONFIG_FILE", file.path()), ("HOST", "of the environment")],
        "HOST=of-dotenv\nPORT=\"of dotenv\"",
    );
    assert_eq!(values.problems, Vec::<String>::new());
    assert_eq!(text(&values, "host"), Some("of the environment"));
    assert_eq!(text(&values, "port"), Some("of dotenv"));
    assert_eq!(text(&values, "workers"), Some("of the file"));
}

#[test]
fn an_empty_value_hides_no_other() {
    let file = File::with("port = \"1\"\nworkers = \"2\"");
    let values = read(
        &[("CONFIG_FILE", file.path()), ("HOST", ""), ("PORT", "")],
        "HOST=dotenv\nPORT=\nWORKERS=",
    );
    assert_eq!(text(&values, "host"), Some("dotenv"));
    assert_eq!(text(&values, "port"), Some("1"));
    assert_eq!(text(&values, "workers"), Some("2"));
}

#[test]
fn a_file_has_numbers_switches_and_names_in_either_case() {
    let file = File::with("port = 8123\nLEEWAY_SECONDS = 7\nrequire = true\nshare = 0.5");
    let values = read(&[], &format!("CONFIG_FILE={}", file.path()));
    assert_eq!(values.problems, Vec::<String>::new());
    for (name, expected) in [
        ("port", "8123"),
        ("leeway_seconds", "7"),
        ("require", "true"),
        ("share", "0.5"),
    ] {
        assert_eq!(text(&values, name), Some(expected), "{name}");
    }
}

#[test]
fn a_list_or_table_in_a_file_is_not_taken_for_unset() {
    let file = File::with("audience = [\"a\", \"b\"]\n[host]\nname = \"x\"");
    let values = read(&[("CONFIG_FILE", file.path())], "");
    for name in ["audience", "host"] {
        assert!(
            matches!(values.found.get(name), Some(Found::Unusable(_))),
            "{name}"
        );
    }
}

#[test]
fn a_service_may_have_a_file_of_its_own() {
    let (own, shared) = (File::with("port = 1"), File::with("port = 2"));
    let both = [
        ("CONFIG_FILE", shared.path()),
        ("AN_API_CONFIG_FILE", own.path()),
    ];
    assert_eq!(text(&read(&both, ""), "port"), Some("1"));
    assert_eq!(text(&read(&both[..1], ""), "port"), Some("2"));
}

#[test]
fn a_file_that_cannot_be_read_is_reported_and_hides_nothing() {
    let bad = File::with("port = = 1\npassword = \"hunter2\"");
    for path in ["/nowhere/an-api.toml", bad.path()] {
        let values = read(&[("CONFIG_FILE", path), ("HOST", "h")], "");
        assert_eq!(values.problems.len(), 1, "{path}");
        let problem = &values.problems[0];
        assert!(
            problem.starts_with(&format!("CONFIG_FILE: {path} cannot be read: ")),
            "{problem}"
        );
        assert!(!problem.contains("hunter2"), "{problem}");
        assert_eq!(text(&values, "host"), Some("h"));
    }
}

#[test]
fn a_bad_line_in_dotenv_is_reported_without_the_line() {
    let values = read(&[("PORT", "1")], "HOST=x\nhunter2 is my password\n");
    assert_eq!(
        values.problems,
        [
            ".env has a line that is not NAME=value, with quotes around a value with spaces; none of it is used"
        ]
    );
    assert_eq!(text(&values, "host"), None);
    assert_eq!(text(&values, "port"), Some("1"));
}

#[test]
fn what_is_not_utf_8_is_a_problem_only_for_who_asks_for_it() {
    let not_utf_8 = || OsString::from_vec(vec![b'x', 0xff]);
    let environment = [
        ("AUDIENCE".into(), not_utf_8()),
        (not_utf_8(), "x".into()),
        ("PORT".into(), "1".into()),
    ];
    let values = layered("AN_API", environment, super::no_lines());
    assert_eq!(values.problems, Vec::<String>::new());
    assert!(values.found.get("audience") == Some(&Found::Unusable("expected a text in UTF-8")));
    assert_eq!(text(&values, "port"), Some("1"));
}

#[test]
fn names_of_other_programs_change_nothing() {
    let values = read(&[("HOST", "h"), ("host.name", "x"), ("PORT[0]", "1")], "");
    assert_eq!(values.problems, Vec::<String>::new());
    assert_eq!(text(&values, "host"), Some("h"));
    assert!(!values.found.contains_key("port"));
}
