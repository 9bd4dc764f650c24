//! What may be set, what must be, and what is said of the rest.

use service_kit::settings::{SettingName, SettingsReader};

use super::Settings;

const PROJECT: (&str, &str) = ("DESCOPE_PROJECT_ID", "P2RFvFexVaxxNFK6rhP0ePtaGfTK");
const DISCOVERY: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK/.well-known/openid-configuration";

fn read(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let reader = SettingsReader::from_values(Settings::PREFIX, values.iter().copied());
    Settings::read(reader).map_err(|error| error.problems().to_vec())
}

fn with_project(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    read(&[&[PROJECT], values].concat())
}

fn problem(values: &[(&str, &str)]) -> String {
    let mut problems = with_project(values).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn the_project_id_alone_is_enough() {
    let settings = with_project(&[]).unwrap();
    let descope = &settings.descope;
    assert_eq!(descope.project_id.as_str(), PROJECT.1);
    assert_eq!(
        descope.discovery_url.as_str(),
        format!("https://api.descope.com/{DISCOVERY}")
    );
    assert_eq!(descope.base_url(), "https://api.descope.com");
    assert_eq!(
        (&descope.audience, descope.require_audience),
        (&None, false)
    );
    assert_eq!(descope.algorithms.to_string(), "RS256");
    assert_eq!(settings.database_url, "sqlite://data/descope-api.db");
    assert_eq!(settings.service.port, 8000);
}

#[test]
fn everything_can_be_set() {
    let settings = with_project(&[
        ("DESCOPE_BASE_URL", "http://localhost:9000"),
        (
            "DESCOPE_API_DISCOVERY_URL",
            &format!("http://localhost:9000/v1/apps/{DISCOVERY}"),
        ),
        ("AUDIENCE", "ignored"),
        ("DESCOPE_API_AUDIENCE", "https://api.example.com"),
        ("DESCOPE_REQUIRE_AUDIENCE", "true"),
        ("DESCOPE_ALGORITHMS", "RS256, ES256"),
        ("DATABASE_URL", "postgres://localhost/x"),
        ("PORT", "9"),
    ])
    .unwrap();
    let descope = &settings.descope;
    assert_eq!(
        descope.discovery_url.as_str(),
        format!("http://localhost:9000/v1/apps/{DISCOVERY}")
    );
    assert_eq!(descope.base_url(), "http://localhost:9000");
    assert_eq!(descope.audience.as_deref(), Some("https://api.example.com"));
    assert!(descope.require_audience);
    assert_eq!(descope.algorithms.to_string(), "RS256, ES256");
    assert_eq!(settings.database_url, "postgres://localhost/x");
    assert_eq!(settings.service.port, 9);
}

#[test]
fn the_base_url_is_a_custom_domain_or_the_local_issuer() {
    for (base, expected) in [
        ("https://auth.example.com", "https://auth.example.com"),
        ("https://auth.example.com/", "https://auth.example.com"),
        ("https://Auth.example.com:443", "https://auth.example.com"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ] {
        let settings = with_project(&[("DESCOPE_BASE_URL", base)]).unwrap();
        assert_eq!(settings.descope.base_url(), expected, "{base}");
        assert_eq!(
            settings.descope.discovery_url.as_str(),
            format!("{expected}/{DISCOVERY}")
        );
    }
    for base in [
        "https://auth.example.com/tenant",
        "https://auth.example.com?x",
        "https://auth.example.com/#x",
    ] {
        assert_eq!(
            problem(&[("DESCOPE_BASE_URL", base)]),
            "DESCOPE_BASE_URL cannot be used: expected an address without a path, such as https://auth.example.com",
            "{base}"
        );
    }
    for base in [
        "auth.example.com",
        "http://auth.example.com",
        "file:///x",
        "https://u:hunter2@auth.example.com",
    ] {
        let problem = problem(&[("DESCOPE_BASE_URL", base)]);
        assert!(
            problem.starts_with("DESCOPE_BASE_URL cannot be used: expected an "),
            "{problem}"
        );
        assert!(!problem.contains("hunter2"));
    }
}

#[test]
fn a_host_without_tls_has_to_be_allowed() {
    let base = ("DESCOPE_BASE_URL", "http://local-issuer:9000");
    assert!(problem(&[base]).contains("ALLOW_HTTP_ISSUER"));
    let settings = with_project(&[base, ("ALLOW_HTTP_ISSUER", "local-issuer")]).unwrap();
    assert_eq!(settings.descope.base_url(), "http://local-issuer:9000");
}

#[test]
fn a_discovery_url_sets_the_base_url() {
    let url = format!("https://auth.example.com/{DISCOVERY}");
    let settings = with_project(&[("DISCOVERY_URL", &url)]).unwrap();
    assert_eq!(settings.descope.base_url(), "https://auth.example.com");
    let agreeing = [
        ("DISCOVERY_URL", &*url),
        ("DESCOPE_BASE_URL", "https://auth.example.com/"),
    ];
    assert!(with_project(&agreeing).is_ok());
    let disagreeing = [
        ("DISCOVERY_URL", &*url),
        ("DESCOPE_BASE_URL", "https://api.descope.com"),
    ];
    assert_eq!(
        problem(&disagreeing),
        "DISCOVERY_URL and DESCOPE_BASE_URL disagree: expected a document at https://api.descope.com"
    );
}

#[test]
fn a_discovery_url_of_another_project_is_refused() {
    for path in [
        "P2otherFexVaxxNFK6rhP0ePtaGfTK/.well-known/openid-configuration",
        ".well-known/openid-configuration",
        "",
    ] {
        let url = format!("https://api.descope.com/{path}");
        assert_eq!(
            problem(&[("DISCOVERY_URL", &url)]),
            "DISCOVERY_URL cannot be used: expected a document of project P2RFvFexVaxxNFK6rhP0ePtaGfTK, with the id in its path",
            "{url}"
        );
    }
}

#[test]
fn symmetric_and_unknown_algorithms_are_refused() {
    assert_eq!(
        problem(&[("DESCOPE_ALGORITHMS", "RS256,HS256")]),
        "DESCOPE_ALGORITHMS cannot be used: HS256 is symmetric: whoever can check such a token can also make one"
    );
    for names in ["none", "RS256 none", ","] {
        let problem = problem(&[("DESCOPE_ALGORITHMS", names)]);
        assert!(
            problem.starts_with("DESCOPE_ALGORITHMS cannot be used: "),
            "{problem}"
        );
    }
}

#[test]
fn a_form_that_descope_has_not_is_refused() {
    assert_eq!(
        problem(&[("RFC9068_ONLY", "true")]),
        "RFC9068_ONLY cannot be used: no token of Descope has the type at+jwt, so that every one would be refused"
    );
    assert!(with_project(&[("RFC9068_ONLY", "false")]).is_ok());
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let problems = read(&[
        ("DESCOPE_BASE_URL", "https://auth.example.com/path"),
        ("DISCOVERY_URL", "https://api.descope.com/x"),
        ("DESCOPE_REQUIRE_AUDIENCE", "yes"),
        ("DESCOPE_ALGORITHMS", "none"),
        ("PORT", "http"),
        ("LEEWAY_SECONDS", "1h"),
        ("DATABASE_URL", "mysql://localhost/users"),
    ])
    .unwrap_err();
    let expected = [
        "PORT cannot be used: ",
        "LEEWAY_SECONDS cannot be used: ",
        "DATABASE_URL must start with sqlite: or postgres:",
        "DESCOPE_PROJECT_ID is not set: the id of your Descope project, P...",
        "DESCOPE_BASE_URL cannot be used: ",
        "DESCOPE_REQUIRE_AUDIENCE cannot be used: expected true or false",
        "DESCOPE_ALGORITHMS cannot be used: ",
        "DISCOVERY_URL and DESCOPE_BASE_URL disagree: ",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
    let wrong = read(&[("DESCOPE_PROJECT_ID", "https://app.descope.com")]).unwrap_err();
    assert!(
        wrong[0].starts_with("DESCOPE_PROJECT_ID cannot be used: expected a Descope project id"),
        "{wrong:?}"
    );
}

#[test]
fn debug_shows_no_password() {
    let settings = with_project(&[("DATABASE_URL", "postgres://u:hunter2@h/x")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

/// The pairs of `.env.example`, in its order.
fn example() -> Vec<(String, String)> {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example")).unwrap();
    let mut explained = false;
    let mut pairs = Vec::new();
    for line in text.lines() {
        if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            assert!(explained, "{name} has no comment");
            pairs.push((name.to_owned(), value.to_owned()));
        }
        explained = line.starts_with("# ");
    }
    pairs
}

#[test]
fn the_example_names_every_setting_once_and_no_other() {
    let mut written: Vec<_> = example().into_iter().map(|(name, _)| name).collect();
    let mut read: Vec<_> = Settings::names()
        .into_iter()
        .map(|name| name.name)
        .collect();
    written.sort();
    read.sort();
    assert_eq!(written, read);
}

#[test]
fn the_example_shows_the_defaults() {
    let example = example();
    let mut values: Vec<_> = example
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(
        read(&values).unwrap_err(),
        ["DESCOPE_PROJECT_ID is not set: the id of your Descope project, P..."]
    );
    values.push(PROJECT);
    let (shown, default) = (read(&values).unwrap(), with_project(&[]).unwrap());
    assert_eq!(format!("{shown:?}"), format!("{default:?}"));
    assert_eq!(shown.database_url, default.database_url);
}

#[test]
fn names_of_the_provider_have_no_second_form() {
    for SettingName { name, shared } in Settings::names() {
        assert_eq!(shared, !name.starts_with("DESCOPE_"), "{name}");
    }
}
