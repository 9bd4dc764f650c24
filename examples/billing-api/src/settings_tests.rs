//! What can be set, and what is reported.

use service_kit::settings::{Field, SettingsReader, faults_of_example};

use super::Settings;
use identity_core::claims::ClaimPath;
use identity_core::providers::OidcConfig;
use identity_core::verification::{AudienceRule, KeyIdRule, SubjectRule};

const ISSUER: (&str, &str) = ("ISSUER", "https://id.example.com");

fn read(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let reader = SettingsReader::from_values("BILLING_API", values.iter().copied());
    Settings::read(reader).map_err(|error| error.problems().to_vec())
}

/// With an issuer, unless the values name one.
fn with_issuer(values: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    read(&[&[ISSUER], values].concat())
}

/// The accepted audiences; empty if a token must have none.
fn audiences(oidc: &OidcConfig) -> Vec<&str> {
    match &oidc.audience {
        AudienceRule::Required(audiences) => audiences.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn texts(paths: &[ClaimPath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

/// The one problem of these values.
fn problem(values: &[(&str, &str)]) -> String {
    let mut problems = with_issuer(values).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn an_issuer_is_enough() {
    let settings = with_issuer(&[]).unwrap();
    let oidc = &settings.oidc;
    assert_eq!(settings.service.port, 8003);
    assert_eq!(settings.database.url, "sqlite://data/billing-api.db");
    assert_eq!(oidc.issuer, "https://id.example.com");
    assert_eq!(audiences(oidc), ["https://id.example.com"], "its own");
    assert!(oidc.clients.is_empty(), "every client");
    assert_eq!(oidc.subject, SubjectRule::Required);
    assert_eq!(oidc.key_ids, KeyIdRule::Required);
    assert_eq!(oidc.jwks_url, None);
    assert_eq!(texts(&oidc.scope_claims), ["scopes"]);
    assert_eq!(texts(&oidc.role_claims), ["roles"]);
    assert!(oidc.permission_claims.is_empty());
    assert_eq!(oidc.tenant_claim.to_string(), "org_id");
    assert!(!oidc.roles_from_keys && !oidc.permissions_from_keys);
    assert_eq!(oidc.algorithms.to_string(), "RS256");
    assert_eq!(settings.login_url, None);
}

#[test]
fn every_value_can_be_set_under_the_service_s_name() {
    let settings = read(&[
        ("BILLING_API__ISSUER", "http://localhost:8002/"),
        ("ISSUER", "https://other.example"),
        ("BILLING_API__JWKS_URL", "http://127.0.0.1:8002/keys"),
        ("BILLING_API__AUDIENCE", "https://billing.example.com,urn:b"),
        ("BILLING_API__CLIENTS", "C1, C2"),
        ("BILLING_API__CLIENT_AS_SUBJECT", "true"),
        ("BILLING_API__KID_OPTIONAL", "true"),
        ("BILLING_API__SCOPES_CLAIM", "https://example.com/scopes"),
        (
            "BILLING_API__ROLES_CLAIM",
            "realm_access.roles, /resource_access/my.api/roles",
        ),
        ("BILLING_API__ROLES_FROM_KEYS", "true"),
        ("BILLING_API__ROLES_BY_TENANT", "true"),
        ("BILLING_API__PERMISSIONS_CLAIM", "permissions"),
        ("BILLING_API__PERMISSIONS_FROM_KEYS", "true"),
        ("BILLING_API__ORGANIZATION_CLAIM", "o.id"),
        ("BILLING_API__ALGORITHMS", "ES256, EdDSA"),
        ("BILLING_API__DATABASE_URL", "postgres://localhost/billing"),
        ("BILLING_API__LOGIN_URL", "http://localhost:8002/user/login"),
    ])
    .unwrap();
    let oidc = &settings.oidc;
    assert_eq!(oidc.issuer, "http://localhost:8002/", "to the letter");
    let jwks_url = oidc.jwks_url.as_ref().unwrap();
    assert_eq!(jwks_url.as_str(), "http://127.0.0.1:8002/keys");
    assert_eq!(audiences(oidc), ["https://billing.example.com", "urn:b"]);
    assert_eq!(oidc.clients, ["C1", "C2"]);
    assert_eq!(oidc.subject, SubjectRule::ClientIfAbsent);
    assert_eq!(oidc.key_ids, KeyIdRule::OptionalWithOneKey);
    assert_eq!(texts(&oidc.scope_claims), ["https://example.com/scopes"]);
    let roles = ["realm_access.roles", "/resource_access/my.api/roles"];
    assert_eq!(texts(&oidc.role_claims), roles);
    assert_eq!(texts(&oidc.permission_claims), ["permissions"]);
    assert!(oidc.roles_from_keys && oidc.permissions_from_keys && oidc.roles_by_tenant);
    assert_eq!(oidc.tenant_claim.to_string(), "o.id");
    assert_eq!(oidc.algorithms.to_string(), "ES256, EdDSA");
    assert_eq!(settings.database.url, "postgres://localhost/billing");
    let login_url = settings.login_url.as_ref().unwrap();
    assert_eq!(login_url.as_str(), "http://localhost:8002/user/login");
}

#[test]
fn without_a_jwks_url_the_issuer_is_an_address_that_may_be_fetched() {
    for (issuer, expected) in [
        ("accounts.example.com", "expected an address, such as "),
        ("urn:example:issuer", "expected an address, such as "),
        (
            "https://u:hunter2@id.example.com",
            "expected an address without a user and a password",
        ),
        (
            "https://id.example.com/?a=b",
            "expected an address without a query and a fragment",
        ),
        (
            "https://id.example.com/#a",
            "expected an address without a query and a fragment",
        ),
        ("http://id.example.com", "expected an https address; "),
        ("http://auth-server:8002", "expected an https address; "),
        ("ftp://localhost", "expected an https address; "),
    ] {
        let problem = problem(&[("ISSUER", issuer)]);
        let start = format!("ISSUER cannot be used: {expected}");
        assert!(problem.starts_with(&start), "{issuer}: {problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
    for issuer in [
        "https://id.example.com/tenant/",
        "http://localhost:8002",
        "http://[::1]:8002",
    ] {
        assert_eq!(
            with_issuer(&[("ISSUER", issuer)]).unwrap().oidc.issuer,
            issuer
        );
    }
    let allowed = [
        ("ISSUER", "http://auth-server:8002"),
        ("ALLOW_HTTP_ISSUER", "auth-server"),
    ];
    assert!(with_issuer(&allowed).is_ok());
}

#[test]
fn with_a_jwks_url_the_issuer_is_any_text_and_still_required() {
    let jwks_url = ("JWKS_URL", "https://keys.example.com/jwks.json");
    for issuer in [
        "accounts.example.com",
        "urn:example:issuer",
        "http://id.example.com",
    ] {
        let oidc = with_issuer(&[("ISSUER", issuer), jwks_url]).unwrap().oidc;
        assert_eq!(oidc.issuer, issuer);
        assert_eq!(audiences(&oidc), [issuer]);
    }
    let problems = read(&[jwks_url]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("ISSUER is not set: "),
        "{problems:?}"
    );
    let plain = problem(&[("JWKS_URL", "http://auth-server:8002/.well-known/jwks.json")]);
    assert!(
        plain.starts_with("JWKS_URL cannot be used: expected an https address; "),
        "{plain}"
    );
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let problems = read(&[
        ("PORT", "http"),
        ("TOKENS__LEEWAY_SECONDS", "1h"),
        ("DATABASE_URL", "mysql://u:hunter2@localhost/x"),
        ("JWKS_URL", "keys"),
        ("ALGORITHMS", "HS512"),
        ("LOGIN_URL", "http://id.example.com/user/login"),
    ])
    .unwrap_err();
    let expected = [
        "PORT cannot be used: ",
        "TOKENS__LEEWAY_SECONDS cannot be used: ",
        "ALGORITHMS cannot be used: ",
        "ISSUER is not set: the issuer of the tokens, exactly as iss says it, such as https://id.example.com",
        "DATABASE_URL must start with sqlite: or postgres:",
        "LOGIN_URL cannot be used: expected an https address; ",
        "JWKS_URL cannot be used: ",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn the_address_of_the_database_is_in_no_debug_output() {
    let settings = with_issuer(&[("DATABASE_URL", "postgres://u:hunter2@localhost/x")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn the_example_is_on_a_screen_and_true() {
    let example = include_str!("../.env.example");
    let faults = faults_of_example(example, &Settings::fields(), Field::name);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[path = "tokens_tests.rs"]
mod tokens;

#[path = "introspection_tests.rs"]
mod introspection;
