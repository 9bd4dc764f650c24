//! Changed settings of the running program.
#![cfg(unix)]

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStderr, Command};
use tokio::time::timeout;

use crate::crash::{listening, program};
use crate::support::{Api, Person, TestDatabase, on_both_databases};

on_both_databases! {
    requests_are_handled_as_the_changed_settings_say_and_tokens_issued_as_before
}

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Waits for a line with these words.
async fn logged(log: &mut Lines<BufReader<ChildStderr>>, words: &str) -> String {
    let line = async {
        loop {
            let line = log.next_line().await.unwrap().expect("it goes on");
            if line.contains(words) {
                return line;
            }
        }
    };
    timeout(PATIENCE, line).await.expect(words)
}

/// Returns whether pages of this origin may call, and how a form that is too large is responded to.
async fn seen(api: &Api) -> (bool, u16) {
    let request = api.http.get(format!("{}/health", api.base));
    let request = request.header("origin", "https://app.example.com");
    let response = request.send().await.unwrap();
    let allowed = response
        .headers()
        .contains_key("access-control-allow-origin");
    let form = [("grant_type", "x".repeat(100))];
    let request = api.http.post(format!("{}/oauth/token", api.base));
    let response = request.form(&form).send().await.unwrap();
    (allowed, response.status().as_u16())
}

async fn requests_are_handled_as_the_changed_settings_say_and_tokens_issued_as_before(
    database: TestDatabase,
) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "").unwrap();
    let mut command = program(&database);
    let command = command
        .env("CONFIG_FILE", &file)
        .env("RUST_LOG", "info")
        .stderr(Stdio::piped());
    let (mut server, api) = listening(command).await;
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    let owner = Person::owner(&api).await;
    assert_eq!(seen(&api).await, (false, 400));

    let changed = "cors_allowed_origins = [\"https://app.example.com\"]\nsigning_algorithm = \"ES256\"\n[limits]\nmax_body_bytes = 50\n[tokens]\naccess_seconds = 60";
    std::fs::write(&file, changed).unwrap();
    let id = server.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", "HUP", &id]).status().await;
    assert!(sent.unwrap().success());
    logged(
        &mut log,
        "in use: CORS_ALLOWED_ORIGINS, LIMITS__MAX_BODY_BYTES",
    )
    .await;
    logged(
        &mut log,
        "need a restart: SIGNING_ALGORITHM, TOKENS__ACCESS_SECONDS",
    )
    .await;
    assert_eq!(seen(&api).await, (true, 413));
    // Tokens of before are accepted, and the state is the same.
    api.get("/user/me", &owner.token).await.expect(200);
    let refused = api.post("/role/", "no-token", &json!({})).await;
    refused.expect(401);
    server.kill().await.unwrap();
}
