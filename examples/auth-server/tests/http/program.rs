//! Tests of the program: its subcommands, and that its log contains no secrets.

use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::crash::{program, started};
use crate::keys::key_ids;
use crate::support::{Api, PASSWORD, Person, TestDatabase, on_both_databases};

on_both_databases! {
    subcommands_do_what_they_say
    the_log_names_the_dotenv_of_the_folder_of_the_start
    the_log_has_no_secret_and_no_personal_data
}

async fn subcommands_do_what_they_say(database: TestDatabase) {
    let (mut server, api) = started(&database).await;
    let port = api.base.rsplit(':').next().unwrap().to_owned();
    let run = async |argument: &str| {
        let mut command = program(&database);
        let command = command.env("PORT", &port).arg(argument);
        command.output().await.unwrap()
    };
    assert!(!run("rotate").await.status.success());
    assert!(run("healthcheck").await.status.success());
    assert!(run("migrate").await.status.success());
    let before = key_ids(&api).await;
    let rotated = run("rotate-keys").await;
    assert!(rotated.status.success(), "{rotated:?}");
    let after = key_ids(&api).await;
    assert_eq!(
        after.len(),
        before.len() + 1,
        "the running one knows at once"
    );
    let help = run("--help").await;
    assert!(String::from_utf8_lossy(&help.stdout).contains("rotate-keys"));
    server.kill().await.unwrap();
    assert!(!run("healthcheck").await.status.success());
}

/// Sends every request that handles a secret. Returns the secrets.
async fn use_secrets(api: &Api) -> Vec<String> {
    let owner = Person::owner(api).await;
    let wrong = "a very wrong password";
    api.login(&owner.username, wrong, "")
        .await
        .oauth_error(400, "invalid_grant");
    let refreshed = api.refresh(&owner.refresh_token).await.expect(200);
    let client = json!({"name": "a client"});
    let client = api.posted("/client/", &owner.token, &client).await;
    let (id, secret) = (client.text("client_id"), client.text("client_secret"));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    let of_client = api.form("/oauth/token", &fields).await.expect(200);
    let new = json!({"old_password": PASSWORD, "new_password": "another password"});
    api.post("/user/password", &owner.token, &new)
        .await
        .expect(204);
    api.refresh(&owner.refresh_token)
        .await
        .oauth_error(400, "invalid_grant");
    let email = format!("{}@example.com", owner.username);
    vec![
        PASSWORD.to_owned(),
        wrong.to_owned(),
        "another password".to_owned(),
        secret,
        owner.token,
        owner.refresh_token,
        refreshed.text("refresh_token"),
        of_client.text("access_token"),
        owner.username,
        email,
    ]
}

async fn the_log_has_no_secret_and_no_personal_data(database: TestDatabase) {
    let mut command = program(&database);
    let command = command
        .env("RUST_LOG", "debug,h2=off")
        .stderr(Stdio::piped());
    let (mut server, api) = crate::crash::listening(command).await;
    let mut stderr = server.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    });
    let secrets = use_secrets(&api).await;
    server.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.contains("a refresh token was used twice"), "{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
}

async fn the_log_names_the_dotenv_of_the_folder_of_the_start(database: TestDatabase) {
    let above = tempfile::tempdir().unwrap();
    let inner = above.path().join("service");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(above.path().join(".env"), "ISSUER=https://evil.example").unwrap();
    let log = async || {
        let mut command = program(&database);
        let command = command
            .current_dir(&inner)
            .env_remove("ISSUER")
            .env("RUST_LOG", "info")
            .stderr(Stdio::piped());
        let (mut server, api) = crate::crash::listening(command).await;
        let path = "/.well-known/openid-configuration";
        let issuer = api.get_public(path).await.expect(200).text("issuer");
        server.kill().await.unwrap();
        let mut log = String::new();
        let mut stderr = server.stderr.take().unwrap();
        stderr.read_to_string(&mut log).await.unwrap();
        (issuer, log)
    };
    let (issuer, first) = log().await;
    assert_ne!(issuer, "https://evil.example");
    assert!(!first.contains("settings were read from"), "{first}");
    let own = inner.join(".env");
    std::fs::write(&own, "ISSUER=https://id.example").unwrap();
    let (issuer, second) = log().await;
    assert_eq!(issuer, "https://id.example");
    let line = format!("settings were read from {}", own.display());
    assert!(second.contains(&line), "{second}");
}
