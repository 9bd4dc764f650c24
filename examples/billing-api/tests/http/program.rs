//! Tests of the program itself.

use std::process::{Command, Output};

use tempfile::tempdir;

use crate::world::World;

/// Runs the program in an empty folder, with these settings and no others.
async fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let folder = tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_billing-api"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env_clear();
    command.envs(settings.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    output.unwrap().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[actix_web::test]
async fn everything_wrong_with_the_settings_is_said_at_once() {
    let settings = [
        ("PORT", "http"),
        ("ALGORITHMS", "HS256"),
        ("BILLING_API__DATABASE_URL", "mysql://u:hunter2@h/x"),
    ];
    let output = run(&[], &settings).await;
    let error = said(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    for problem in [
        "PORT cannot be used: ",
        "ALGORITHMS cannot be used: ",
        "DATABASE_URL must start with ",
        "ISSUER is not set: ",
    ] {
        assert!(error.contains(problem), "{problem}: {error}");
    }
    assert!(!error.contains("hunter2"), "{error}");
}

#[actix_web::test]
async fn the_help_names_what_is_required() {
    let help = run(&["--help"], &[]).await;
    assert!(help.status.success());
    assert!(said(&help.stdout).contains("Required: ISSUER."));
    assert!(said(&help.stdout).contains("KEYS__TTL_SECONDS"));
    let unknown = run(&["sevre"], &[]).await;
    assert_eq!(unknown.status.code(), Some(2));
}

#[actix_web::test]
async fn the_healthcheck_asks_the_one_that_runs() {
    let world = World::start().await;
    let port = world.service.port().to_string();
    let settings = [
        ("ISSUER", "https://id.example.com"),
        ("BILLING_API__PORT", &port),
    ];
    let healthy = run(&["healthcheck"], &settings).await;
    assert!(healthy.status.success(), "{}", said(&healthy.stderr));
    world.service.stop().await;
    let gone = run(&["healthcheck"], &settings).await;
    assert_eq!(gone.status.code(), Some(1));
    assert!(
        said(&gone.stderr).contains("not ready"),
        "{}",
        said(&gone.stderr)
    );
}

#[actix_web::test]
async fn the_banner_says_what_is_accepted_and_no_password() {
    let settings = [
        ("ISSUER", "http://localhost:8002"),
        ("SCOPES_CLAIM", "scp"),
        ("DATABASE_URL", "postgres://u:hunter2@localhost/x"),
    ];
    let reader = service_kit::settings::SettingsReader::from_values("BILLING_API", settings);
    let settings = billing_api::Settings::read(reader).unwrap();
    let banner = billing_api::banner(&settings, "127.0.0.1:8003".parse().unwrap());
    for line in [
        "  Issuer:   http://localhost:8002\n",
        "  Audience: aud must name http://localhost:8002\n",
        "scopes in scp, roles in roles",
        "http://localhost:8003/docs\n",
        "    GET /billing/ (requires scope example_service.billing.read)\n",
    ] {
        assert!(banner.contains(line), "{line}: {banner}");
    }
    assert!(!banner.contains("hunter2"), "{banner}");
}
