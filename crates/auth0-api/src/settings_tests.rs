//! What can be set, what must be set, and what is reported.

use service_kit::openapi::SignIn;
use service_kit::settings::{Field, SettingsReader, faults_of_example};

use super::Settings;

const REQUIRED: [(&str, &str); 2] = [
    ("AUTH0_DOMAIN", "dev-example.us.auth0.com"),
    ("AUTH0_API_AUDIENCE", "https://api.example.com"),
];

fn read(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let reader = SettingsReader::from_values(Settings::PREFIX, values.iter().copied());
    Settings::read(reader).map_err(|error| error.problems().to_vec())
}

fn with_required(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    read(&[&REQUIRED, values].concat())
}

fn problem(values: &[(&str, &str)]) -> String {
    let mut problems = with_required(values).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn domain_and_audience_are_enough() {
    let settings = with_required(&[]).unwrap();
    let auth0 = &settings.auth0;
    assert_eq!(auth0.domain.to_string(), "dev-example.us.auth0.com");
    assert_eq!(auth0.issuer, "https://dev-example.us.auth0.com/");
    assert_eq!(auth0.audience, "https://api.example.com");
    assert_eq!(auth0.roles_claim, "https://example.com/roles");
    assert!(auth0.organizations.is_empty());
    assert_eq!(auth0.algorithms.to_string(), "RS256");
    assert_eq!(settings.service.port, 8001);
}

#[test]
fn everything_can_be_set() {
    let settings = read(&[
        ("AUTH0_DOMAIN", "Login.Example.com"),
        ("AUTH0_API_AUDIENCE", "urn:my-api, urn:my-other-api"),
        ("AUTH0_ISSUER", "http://localhost:9001/"),
        ("AUTH0_ROLES_CLAIM", "https://marketplace/roles"),
        ("AUTH0_ORGANIZATIONS", "org_9ybsU1dN2dKfDkBi, acme"),
        ("AUTH0_ALGORITHMS", "PS256"),
        ("AUTH0_API__PORT", "7"),
        ("PORT", "8"),
    ])
    .unwrap();
    let auth0 = &settings.auth0;
    assert_eq!(auth0.domain.to_string(), "login.example.com");
    assert_eq!(auth0.issuer, "http://localhost:9001/");
    assert_eq!(auth0.audiences(), ["urn:my-api", "urn:my-other-api"]);
    assert_eq!(auth0.roles_claim, "https://marketplace/roles");
    assert_eq!(auth0.organizations, ["org_9ybsU1dN2dKfDkBi", "acme"]);
    assert_eq!(auth0.algorithms.to_string(), "PS256");
    assert_eq!(settings.service.port, 7);
}

#[test]
fn a_domain_is_not_an_address() {
    for domain in [
        "https://dev-example.us.auth0.com/",
        "dev-example.us.auth0.com:443",
        "dev-example.us.auth0.com/x",
    ] {
        let problems = read(&[("AUTH0_DOMAIN", domain), REQUIRED[1]]).unwrap_err();
        assert_eq!(
            problems,
            [
                "AUTH0_DOMAIN cannot be used: expected your tenant's domain without https:// and without a path, such as dev-example.us.auth0.com (it comes from the environment)"
            ],
            "{domain}"
        );
    }
}

#[test]
fn an_issuer_ends_with_a_slash() {
    for (issuer, expected) in [
        ("https://login.example.com/", "https://login.example.com/"),
        // An address without a path has the slash, whether it is written or not.
        ("https://login.example.com", "https://login.example.com/"),
        (
            "https://login.example.com/tenant/",
            "https://login.example.com/tenant/",
        ),
    ] {
        let settings = with_required(&[("AUTH0_ISSUER", issuer)]).unwrap();
        assert_eq!(settings.auth0.issuer, expected);
    }
    for issuer in [
        "https://login.example.com/tenant",
        "https://login.example.com/?x=/",
        "https://login.example.com/#/",
    ] {
        assert_eq!(
            problem(&[("AUTH0_ISSUER", issuer)]),
            "AUTH0_ISSUER cannot be used: expected an address with a slash at the end, such as https://login.example.com/ (it comes from the environment)",
            "{issuer}"
        );
    }
}

#[test]
fn the_canonical_and_a_custom_domain_may_both_issue() {
    let both = "https://login.example.com/, https://dev-example.us.auth0.com/";
    let settings = with_required(&[("AUTH0_ISSUER", both)]).unwrap();
    assert_eq!(settings.auth0.issuer, "https://login.example.com/");
    let others = ["https://dev-example.us.auth0.com/"];
    assert_eq!(settings.auth0.other_issuers, others);
}

#[test]
fn an_issuer_is_an_address_that_may_be_fetched() {
    for issuer in [
        "login.example.com",
        "localhost:9001",
        "http://login.example.com/",
        "mailto:a/",
        "https://u:hunter2@login.example.com/",
    ] {
        let problem = problem(&[("AUTH0_ISSUER", issuer)]);
        assert!(
            problem.starts_with("AUTH0_ISSUER cannot be used: expected an "),
            "{problem}"
        );
        assert!(!problem.contains("hunter2"));
    }
}

#[test]
fn a_host_without_tls_has_to_be_allowed() {
    let issuer = ("AUTH0_ISSUER", "http://local-issuer:9001/");
    assert_eq!(
        problem(&[issuer]),
        "AUTH0_ISSUER cannot be used: expected an https address; plain http is for loopback, and for hosts that ALLOW_HTTP_ISSUER names (it comes from the environment)"
    );
    let settings =
        with_required(&[issuer, ("AUTH0_API__ALLOW_HTTP_ISSUER", "local-issuer")]).unwrap();
    assert_eq!(settings.auth0.issuer, issuer.1);
}

#[test]
fn people_sign_in_at_the_first_issuer() {
    assert_eq!(with_required(&[]).unwrap().sign_in, None);
    let settings = with_required(&[
        ("AUTH0_ISSUER", "https://login.example.com/"),
        ("DOCS_CLIENT_ID", "docs"),
    ]);
    let base = "https://login.example.com";
    let expected = SignIn::at(
        "docs",
        format!("{base}/authorize"),
        format!("{base}/oauth/token"),
    );
    assert_eq!(settings.unwrap().sign_in, Some(expected));
}

#[test]
fn symmetric_and_unknown_algorithms_are_refused() {
    assert_eq!(
        problem(&[("AUTH0_ALGORITHMS", "HS256")]),
        "AUTH0_ALGORITHMS cannot be used: HS256 is symmetric: whoever can check such a token can also make one (it comes from the environment)"
    );
    assert_eq!(
        problem(&[("AUTH0_ALGORITHMS", "none")]),
        r#"AUTH0_ALGORITHMS cannot be used: unknown algorithm "none": expected some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, Ed25519 (it comes from the environment)"#
    );
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let problems = read(&[
        ("AUTH0_ISSUER", "https://login.example.com/tenant"),
        ("AUTH0_ALGORITHMS", "HS512"),
        ("PORT", "http"),
        ("TOKENS__LEEWAY_SECONDS", "1h"),
    ])
    .unwrap_err();
    let expected = [
        "PORT cannot be used: ",
        "TOKENS__LEEWAY_SECONDS cannot be used: ",
        "AUTH0_ALGORITHMS cannot be used: ",
        "AUTH0_API_AUDIENCE is not set: the identifier of your API, such as https://api.example.com",
        "AUTH0_DOMAIN is not set: your tenant's domain without https:// and without a path, such as dev-example.us.auth0.com",
        "AUTH0_ISSUER cannot be used: ",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn the_example_is_on_a_screen_and_true() {
    let example = include_str!("../.env.example");
    let faults = faults_of_example(example, &Settings::fields(), Field::name);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_list_where_one_is_expected_is_refused() {
    for (name, value) in [
        ("AUTH0_DOMAIN", "dev-example.us.auth0.com,login.example.com"),
        ("AUTH0_ROLES_CLAIM", "https://a.example/roles,roles"),
    ] {
        let problem = problem(&[(name, value)]);
        let start = format!("{name} cannot be used: expected ");
        assert!(problem.starts_with(&start), "{problem}");
    }
}
