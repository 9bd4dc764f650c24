//! Live mode, with a local issuer in the part of the real provider.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::process::{Command, Output};

use integration_tests::ServiceKind;
use local_issuer::{IssuerConfig, LocalIssuer};

/// Runs the test container's program with these settings and no others.
fn suite(service: &str, pairs: &[(&str, &str)]) -> Output {
    // No folder above this one has a .env file.
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_integration-tests"))
        .arg(service)
        .env_clear()
        .envs(pairs.iter().copied())
        .current_dir(&folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How many rows of the output end like this.
fn rows(output: &str, end: &str) -> usize {
    let rows = output.lines().filter(|line| line.starts_with("test "));
    rows.filter(|line| line.contains(end)).count()
}

#[tokio::test]
async fn wrong_secret_is_told_and_not_shown() {
    let issuer = LocalIssuer::start(IssuerConfig::default()).await.unwrap();
    let output = suite(
        "descope-api",
        &[
            ("LIVE", "1"),
            ("DESCOPE_PROJECT_ID", issuer.descope().project_id()),
            ("DESCOPE_BASE_URL", issuer.descope().base_url()),
            ("CLIENT_ID", "local-machine"),
            ("CLIENT_SECRET", "a-wrong-secret"),
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    let start = "Error: the provider gave no token for CLIENT_ID: token refused:";
    assert!(said.starts_with(start), "{said}");
    assert!(!said.contains("a-wrong-secret"), "{said}");
    issuer.stop().await;
}

#[tokio::test]
async fn missing_credentials_are_all_named() {
    let output = suite("auth0-api", &[("LIVE", "1")]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for name in ["CLIENT_ID", "CLIENT_SECRET"] {
        assert!(said.contains(name), "{said}");
    }
}

#[tokio::test]
async fn descope_suite_passes_for_clients_with_different_rights() {
    let issuer = LocalIssuer::start(IssuerConfig::default()).await.unwrap();
    let settings = [
        ("LIVE", "1"),
        ("DESCOPE_PROJECT_ID", issuer.descope().project_id()),
        ("DESCOPE_BASE_URL", issuer.descope().base_url()),
    ];
    for (id, secret) in [
        ("local-admin", "local-admin-secret"),
        ("local-nobody", "local-nobody-secret"),
        ("local-member", "local-member-secret"),
    ] {
        let client = [("CLIENT_ID", id), ("CLIENT_SECRET", secret)];
        passes(suite("descope-api", &[&settings[..], &client].concat()));
    }
    issuer.stop().await;
}

#[tokio::test]
async fn auth0_suite_passes_for_clients_with_different_rights() {
    let issuer = LocalIssuer::start(IssuerConfig::default()).await.unwrap();
    let url = issuer.auth0().issuer();
    let settings = [
        ("LIVE", "1"),
        ("AUTH0_DOMAIN", "tenant.example.com"),
        ("AUTH0_API_AUDIENCE", issuer.auth0().audience()),
        ("AUTH0_ISSUER", &url),
    ];
    for (id, secret) in [
        ("local-admin", "local-admin-secret"),
        ("local-unscoped", "local-unscoped-secret"),
        ("local-operator", "local-operator-secret"),
    ] {
        let client = [("CLIENT_ID", id), ("CLIENT_SECRET", secret)];
        passes(suite("auth0-api", &[&settings[..], &client].concat()));
    }
    issuer.stop().await;
}

#[tokio::test]
async fn billing_suite_passes_for_clients_with_different_rights() {
    let config = integration_tests::issuer_config(ServiceKind::BillingApi).unwrap();
    let issuer = LocalIssuer::start(config).await.unwrap();
    let url = issuer.auth0().issuer();
    let settings = [
        ("LIVE", "1"),
        ("ISSUER", url.as_str()),
        ("AUDIENCE", issuer.auth0().audience()),
    ];
    for (id, secret) in [
        ("local-admin", "local-admin-secret"),
        ("local-machine", "local-machine-secret"),
        ("local-pretender", "local-pretender-secret"),
    ] {
        let client = [("CLIENT_ID", id), ("CLIENT_SECRET", secret)];
        passes(suite("billing-api", &[&settings[..], &client].concat()));
    }
    issuer.stop().await;
}

/// Exit code 0, rows that were checked, and rows that were not, each with its reason.
fn passes(output: Output) {
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let (ok, ignored) = (rows(&said, "... ok"), rows(&said, "... ignored"));
    assert!(ok > 50 && ignored > 50, "{ok} ok, {ignored} ignored");
    assert_eq!(rows(&said, "... ignored (needs "), ignored, "{said}");
    let own = said
        .lines()
        .filter(|line| line.starts_with("test client::"));
    assert!(own.clone().count() > 10);
    for line in own {
        assert!(line.ends_with("... ok"), "{line}");
    }
}
