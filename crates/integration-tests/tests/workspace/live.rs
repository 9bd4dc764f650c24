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
    passes(ServiceKind::DescopeApi, ["admin", "nobody", "member"]).await;
}

#[tokio::test]
async fn auth0_suite_passes_for_clients_with_different_rights() {
    passes(ServiceKind::Auth0Api, ["admin", "unscoped", "operator"]).await;
}

#[tokio::test]
async fn billing_suite_passes_for_clients_with_different_rights() {
    passes(ServiceKind::BillingApi, ["admin", "machine", "pretender"]).await;
}

/// The suite passes for the clients of these personas.
async fn passes(kind: ServiceKind, personas: [&str; 3]) {
    let issuer = integration_tests::start_issuer(kind).await.unwrap();
    let trust = kind.trust(&issuer.config()).unwrap();
    for persona in personas {
        let (id, secret) = (
            format!("local-{persona}"),
            format!("local-{persona}-secret"),
        );
        let mut settings = vec![
            ("LIVE", "1"),
            ("CLIENT_ID", &id),
            ("CLIENT_SECRET", &secret),
        ];
        settings.extend(trust.iter().map(|(name, value)| (*name, value.as_str())));
        passed(&suite(kind.name(), &settings));
    }
    issuer.stop().await;
}

/// Exit code 0, rows that were checked, and rows that were not, each with its reason.
fn passed(output: &Output) {
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
