//! The settings of introspection.

use std::time::Duration;

use identity_core::introspection::{IntrospectionEndpoint, IntrospectionLimits};

use super::*;

const URL: (&str, &str) = ("INTROSPECTION_URL", "https://id.example.com/introspect");
const ID: (&str, &str) = ("INTROSPECTION_CLIENT_ID", "billing-api");
const SECRET: (&str, &str) = ("INTROSPECTION_CLIENT_SECRET", "hunter2");

#[test]
fn settings_of_introspection_that_do_not_fit_are_refused() {
    let discover = ("INTROSPECTION_URL", "discover");
    let only = ("INTROSPECTION_ONLY", "true");
    let jwks = ("JWKS_URL", "https://id.example.com/jwks");
    let without_url = |name| format!("{name} cannot be used: expected INTROSPECTION_URL beside it");
    let plain = ("INTROSPECTION_URL", "http://id.example.com/introspect");
    for (values, expected) in [
        (&[ID][..], without_url("INTROSPECTION_CLIENT_ID")),
        (&[SECRET], without_url("INTROSPECTION_CLIENT_SECRET")),
        (&[only], without_url("INTROSPECTION_ONLY")),
        (
            &[("USERNAME_AS_SUBJECT", "true")],
            without_url("USERNAME_AS_SUBJECT"),
        ),
        (
            &[URL, SECRET],
            "INTROSPECTION_URL cannot be used: expected INTROSPECTION_CLIENT_ID and".to_owned(),
        ),
        (
            &[URL, ID],
            "INTROSPECTION_URL cannot be used: expected INTROSPECTION_CLIENT_ID and".to_owned(),
        ),
        (
            &[plain, ID, SECRET],
            "INTROSPECTION_URL cannot be used: expected an https address".to_owned(),
        ),
        (
            &[("INTROSPECTION_URL", "yes"), ID, SECRET],
            "INTROSPECTION_URL cannot be used: expected an address".to_owned(),
        ),
        (
            &[discover, ID, SECRET, jwks],
            "INTROSPECTION_URL cannot be used: expected an address: with JWKS_URL".to_owned(),
        ),
        (
            &[discover, ID, SECRET, only],
            "INTROSPECTION_URL cannot be used: expected an address: with JWKS_URL".to_owned(),
        ),
        (
            &[URL, ID, SECRET, only, jwks],
            "INTROSPECTION_ONLY cannot be used: expected no JWKS_URL".to_owned(),
        ),
        (
            &[URL, ID, SECRET, only, ("KID_OPTIONAL", "true")],
            "INTROSPECTION_ONLY cannot be used: expected no KID_OPTIONAL".to_owned(),
        ),
        (
            &[URL, ID, SECRET, only, ("ALGORITHMS", "RS256")],
            "INTROSPECTION_ONLY cannot be used: expected no ALGORITHMS".to_owned(),
        ),
        (
            &[URL, ID, SECRET, ("RFC9068_ONLY", "true")],
            "INTROSPECTION_URL cannot be used: expected no RFC9068_ONLY".to_owned(),
        ),
        (
            &[URL, ID, SECRET, ("INTROSPECTION__MAX_AGE_SECONDS", "1h")],
            "INTROSPECTION__MAX_AGE_SECONDS cannot be used: ".to_owned(),
        ),
    ] {
        let problem = problem(values);
        assert!(problem.starts_with(&expected), "{values:?}: {problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn opaque_tokens_are_introspected_by_setting_alone() {
    assert!(with_issuer(&[]).unwrap().introspection.is_none());
    let names = with_issuer(&[]).unwrap().issuer.names;
    assert_eq!(names.introspection, Some("INTROSPECTION_URL"));
    let settings = with_issuer(&[URL, ID, SECRET]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    let introspection = settings.introspection.unwrap();
    let config = &introspection.config;
    let url = URL.1.parse().unwrap();
    assert_eq!(config.endpoint, IntrospectionEndpoint::Fixed(url));
    assert_eq!(config.client_id, "billing-api");
    assert_eq!(config.limits, IntrospectionLimits::default());
    assert!(!config.username_as_subject && !introspection.only);

    let every = [
        ("INTROSPECTION_URL", "discover"),
        ID,
        SECRET,
        ("USERNAME_AS_SUBJECT", "true"),
        ("INTROSPECTION__MAX_AGE_SECONDS", "0"),
        ("INTROSPECTION__MAX_TOKENS", "5"),
        ("INTROSPECTION__MAX_CONCURRENT", "6"),
        ("INTROSPECTION__MAX_WAITING", "7"),
    ];
    let config = with_issuer(&every).unwrap().introspection.unwrap().config;
    assert_eq!(config.endpoint, IntrospectionEndpoint::Discovered);
    assert!(config.username_as_subject);
    let expected = IntrospectionLimits {
        max_age: Duration::ZERO,
        max_tokens: 5,
        max_concurrent: 6,
        max_waiting: 7,
    };
    assert_eq!(config.limits, expected);
    let only = [URL, ID, SECRET, ("INTROSPECTION_ONLY", "true")];
    assert!(with_issuer(&only).unwrap().introspection.unwrap().only);
    // Another issuer may have JWTs.
    let others = [
        ("OTHER_ISSUERS", "https://b.example.com"),
        ("AUDIENCE", "urn:api"),
        ("KID_OPTIONAL", "true"),
        ("ALGORITHMS", "ES256"),
    ];
    assert!(with_issuer(&[&only[..], &others].concat()).is_ok());
}
