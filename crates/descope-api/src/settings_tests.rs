//! What can be set, what must be set, and what is reported.

use service_kit::openapi::SignIn;
use service_kit::settings::{Field, SettingsReader, faults_of_example};

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
    assert!(descope.audiences.is_empty() && !descope.require_audience);
    assert_eq!(descope.algorithms.to_string(), "RS256");
    assert_eq!(settings.database.url, "sqlite://data/descope-api.db");
    assert_eq!(settings.service.port, 8000);
}

#[test]
fn everything_can_be_set() {
    let settings = with_project(&[
        ("DESCOPE_BASE_URL", "http://localhost:9000"),
        (
            "DESCOPE_API__DISCOVERY_URL",
            &format!("http://localhost:9000/v1/apps/{DISCOVERY}"),
        ),
        ("AUDIENCE", "ignored"),
        ("DESCOPE_API__AUDIENCE", "https://api.example.com, urn:api"),
        ("DESCOPE_TENANT_ISSUERS", "T1, T2"),
        ("DESCOPE_MCP_SERVERS", "MS1"),
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
    assert_eq!(descope.audiences, ["https://api.example.com", "urn:api"]);
    assert_eq!(descope.tenant_issuers, ["T1", "T2"]);
    assert_eq!(descope.mcp_servers, ["MS1"]);
    assert!(descope.require_audience);
    assert_eq!(descope.algorithms.to_string(), "RS256, ES256");
    assert_eq!(settings.database.url, "postgres://localhost/x");
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
            "DESCOPE_BASE_URL cannot be used: expected an address without a path, such as https://auth.example.com (it comes from the environment)",
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
fn people_sign_in_at_descope_unless_browsers_reach_it_elsewhere() {
    assert_eq!(with_project(&[]).unwrap().sign_in, None);
    let client = ("DOCS_CLIENT_ID", "P1");
    let at = |base: &str| {
        let [authorize, token] =
            ["authorize", "token"].map(|name| format!("{base}/oauth2/v1/{name}"));
        Some(SignIn::at("P1", authorize, token))
    };
    let settings = with_project(&[client]).unwrap();
    assert_eq!(settings.sign_in, at("https://api.descope.com"));
    let inside = [
        ("DESCOPE_BASE_URL", "http://local-issuer:9000"),
        ("ALLOW_HTTP_ISSUER", "local-issuer"),
        client,
    ];
    let problems = with_project(&inside).unwrap_err();
    assert_eq!(problems.len(), 2, "both endpoints: {problems:?}");
    let outside = [
        (
            "DOCS_AUTHORIZATION_URL",
            "http://localhost:9000/oauth2/v1/authorize",
        ),
        ("DOCS_TOKEN_URL", "http://localhost:9000/oauth2/v1/token"),
    ];
    let settings = with_project(&[&inside[..], &outside].concat()).unwrap();
    assert_eq!(settings.sign_in, at("http://localhost:9000"));
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
            "DISCOVERY_URL cannot be used: expected a document of project P2RFvFexVaxxNFK6rhP0ePtaGfTK, with the id in its path (it comes from the environment)",
            "{url}"
        );
    }
}

#[test]
fn symmetric_and_unknown_algorithms_are_refused() {
    assert_eq!(
        problem(&[("DESCOPE_ALGORITHMS", "RS256,HS256")]),
        "DESCOPE_ALGORITHMS cannot be used: HS256 is symmetric: whoever can check such a token can also make one (it comes from the environment)"
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
fn a_form_that_descope_has_not_is_no_setting() {
    let fields = Settings::fields();
    assert!(fields.iter().all(|field| field.name() != "RFC9068_ONLY"));
}

#[test]
fn a_restriction_with_a_misspelt_name_does_not_start_without_it() {
    assert_eq!(
        problem(&[("DESCOPE_REQUIRE_AUDIENC", "true")]),
        "DESCOPE_REQUIRE_AUDIENC is not a setting of this service (it comes from the environment); did you mean DESCOPE_REQUIRE_AUDIENCE?"
    );
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let problems = read(&[
        ("DESCOPE_BASE_URL", "https://auth.example.com/path"),
        ("DISCOVERY_URL", "https://api.descope.com/x"),
        ("DESCOPE_REQUIRE_AUDIENCE", "yes"),
        ("DESCOPE_ALGORITHMS", "none"),
        ("PORT", "http"),
        ("TOKENS__LEEWAY_SECONDS", "1h"),
        ("DATABASE_URL", "mysql://localhost/users"),
    ])
    .unwrap_err();
    let expected = [
        "PORT cannot be used: ",
        "TOKENS__LEEWAY_SECONDS cannot be used: ",
        "DESCOPE_ALGORITHMS cannot be used: ",
        "DESCOPE_PROJECT_ID is not set: the id of your Descope project, P...",
        "DESCOPE_REQUIRE_AUDIENCE cannot be used: expected true or false",
        "DATABASE_URL must start with sqlite: or postgres:",
        "DESCOPE_BASE_URL cannot be used: ",
        "DISCOVERY_URL and DESCOPE_BASE_URL disagree: ",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
    let wrong = read(&[("DESCOPE_PROJECT_ID", "https://app.descope.com")]).unwrap_err();
    assert!(
        wrong[0].starts_with(
            "DESCOPE_PROJECT_ID cannot be used: expected the id of your Descope project, P..."
        ),
        "{wrong:?}"
    );
}

#[test]
fn debug_shows_no_password() {
    let settings = with_project(&[("DATABASE_URL", "postgres://u:hunter2@h/x")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn the_example_is_on_a_screen_and_true() {
    let example = include_str!("../.env.example");
    let faults = faults_of_example(example, &Settings::fields(), Field::name);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_list_where_one_is_expected_is_refused() {
    for (name, value, expected) in [
        (
            "DESCOPE_PROJECT_ID",
            "P2RFvFexVaxxNFK6rhP0ePtaGfTK,P2RFvFexVaxxNFK6rhP0ePtaGfTL",
            "expected the id of your Descope project",
        ),
        (
            "DESCOPE_BASE_URL",
            "https://a.example,https://b.example",
            "expected one address",
        ),
        ("DESCOPE_TENANT_ISSUERS", "T1/T2", "expected ids of Descope"),
        (
            "DESCOPE_MCP_SERVERS",
            "MS1,https://x",
            "expected ids of Descope",
        ),
    ] {
        let problem = problem(&[(name, value)]);
        let start = format!("{name} cannot be used: {expected}");
        assert!(problem.starts_with(&start), "{problem}");
    }
}
