//! Sources of values.

use std::ffi::OsString;

use super::{finished, folder, layered, problem, read};
use crate::settings::{SettingsReader, Sources};

#[test]
fn empty_counts_as_unset_and_hides_no_other() {
    let (_folder, path) = folder("port = 1\nacme_project = \"P1\"\npassword = \" \"");
    let pairs = [
        ("CONFIG_FILE", &*path),
        ("AN_API__PORT", ""),
        ("PORT", "  "),
        ("ADDRESS", ""),
    ];
    let sample = layered(&pairs, "PORT=\nADDRESS=::1\nHOSTS=\", ,\"").unwrap();
    assert_eq!(sample.port, 1);
    assert_eq!(sample.address.to_string(), "::1");
    assert_eq!((sample.password, sample.hosts), (None, Vec::new()));
    let unset = finished(SettingsReader::from_values(
        "AN_API",
        [("ACME_PROJECT", "")],
    ));
    assert_eq!(unset.unwrap_err(), ["ACME_PROJECT is not set: an id"]);
}

#[test]
fn the_environment_wins_over_dotenv_and_dotenv_over_the_file() {
    let (_folder, path) = folder("port = 1\naddress = \"::1\"\n[keys]\nttl_seconds = 1");
    let pairs = [("CONFIG_FILE", &*path), ("PORT", "3")];
    let sample = layered(&pairs, "ACME_PROJECT=P1\nPORT=2\nADDRESS=\"::2\"").unwrap();
    assert_eq!((sample.port, sample.keys.ttl_seconds), (3, 1));
    assert_eq!(sample.address.to_string(), "::2");
}

#[test]
fn a_file_has_numbers_switches_lists_and_tables() {
    let toml = "acme_project = 7\nacme_require = true\nport = \"9\"\nhosts = [\"a\", \"b\"]\nkeys.ttl_seconds = 5";
    let (_folder, path) = folder(toml);
    let sample = finished(SettingsReader::from_values(
        "AN_API",
        [("CONFIG_FILE", &*path)],
    ))
    .unwrap();
    assert_eq!(sample.acme_project.as_deref(), Some("7"));
    assert!(sample.acme_require);
    assert_eq!((sample.port, sample.keys.ttl_seconds), (9, 5));
    assert_eq!(sample.hosts, ["a", "b"]);
    assert_eq!(read(&[("HOSTS", "a, b,")]).unwrap().hosts, ["a", "b"]);
}

#[test]
fn a_value_of_the_wrong_kind_is_one_problem_and_never_unset() {
    let (_folder, path) = folder("acme_project = [\"a\"]\nport = [1]\nhosts = [1]\nkeys = 5");
    let problems = finished(SettingsReader::from_values(
        "AN_API",
        [("CONFIG_FILE", &*path)],
    ))
    .unwrap_err();
    let place = format!("(it comes from {path})");
    assert_eq!(
        problems,
        [
            format!("acme_project cannot be used: expected an id {place}"),
            format!(
                "hosts cannot be used: expected a list of texts, or one text with commas between them {place}"
            ),
            format!("port cannot be used: expected a whole number from 0 to 65535 {place}"),
            format!("keys is not a setting of this service {place}"),
        ]
    );
}

#[test]
fn a_service_may_have_a_file_of_its_own() {
    let ((_one, own), (_two, shared)) = (folder("port = 1"), folder("port = 2"));
    let both = [("CONFIG_FILE", &*shared), ("AN_API__CONFIG_FILE", &*own)];
    assert_eq!(read(&both).unwrap().port, 1);
    assert_eq!(read(&both[..1]).unwrap().port, 2);
}

#[test]
fn a_file_that_cannot_be_read_is_reported_without_its_lines() {
    let (_folder, bad) = folder("port = 1\npassword = = \"hunter2\"");
    for path in ["/nowhere/an-api.toml", &bad] {
        let problem = problem(&[("CONFIG_FILE", path), ("HOSTS", "h")]);
        let start = format!("CONFIG_FILE: {path} cannot be read: ");
        assert!(problem.starts_with(&start), "{problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
        assert_eq!(problem.contains("line 2"), path == bad, "{problem}");
    }
}

#[test]
fn a_bad_line_in_dotenv_is_reported_by_its_number_and_not_repeated() {
    let problems = layered(
        &[("PORT", "1")],
        "ACME_PROJECT=P1\n\nhunter2 is my password\n",
    )
    .unwrap_err();
    assert_eq!(
        problems,
        ["line 3 of .env is not NAME=value, with quotes around a value with spaces"]
    );
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_a_problem_only_for_a_setting() {
    use std::os::unix::ffi::OsStringExt;

    let not_utf_8 = || OsString::from_vec(vec![b'x', 0xff]);
    let environment = vec![
        ("ACME_PROJECT".into(), not_utf_8()),
        ("OTHER".into(), not_utf_8()),
        (not_utf_8(), "x".into()),
    ];
    let sources = Sources {
        environment,
        dotenv: None,
    };
    assert_eq!(
        finished(SettingsReader::from_sources("AN_API", sources)).unwrap_err(),
        ["ACME_PROJECT cannot be used: expected a text in UTF-8 (it comes from the environment)"]
    );
}

#[test]
fn a_secret_can_come_from_a_file() {
    let secret = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        (path.display().to_string(), folder)
    };
    let (path, _folder) = secret("hunter2\n");
    let sample = read(&[("AN_API__PASSWORD_FILE", &path)]).unwrap();
    assert_eq!(sample.password.as_deref(), Some("hunter2"));
    let both = problem(&[("PASSWORD_FILE", &path), ("PASSWORD", "x")]);
    assert_eq!(
        both,
        "PASSWORD and PASSWORD_FILE are both set: expected one of them"
    );
    let (empty, _folder) = secret(" \n");
    for path in ["/nowhere/secret", &empty] {
        let problem = problem(&[("PASSWORD_FILE", path)]);
        let start = format!("PASSWORD_FILE: {path} cannot be read: ");
        assert!(problem.starts_with(&start), "{problem}");
    }
    assert!(
        read(&[("AN_API__PORT_FILE", &path)]).is_err(),
        "a port is no secret"
    );
    let near = problem(&[("AN_API__PASSWORD_FIEL", &path)]);
    assert!(
        near.ends_with("did you mean AN_API__PASSWORD_FILE?"),
        "{near}"
    );
}
