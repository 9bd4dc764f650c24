//! Tests of a server that is killed while it writes.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Api, ISSUER, PASSWORD, TestDatabase, on_both_databases, signup_body};

on_both_databases! { what_was_acknowledged_is_there_after_kill_9 }

/// Starts the program. Returns it with a client for the address that it prints.
pub async fn started(database: &TestDatabase) -> (Child, Api) {
    listening(&mut program(database)).await
}

/// Starts this command, and waits until it prints its address.
pub async fn listening(command: &mut Command) -> (Child, Api) {
    let mut child = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("it says where");
        if let Some(docs) = line.trim().strip_prefix("Docs:") {
            let base = docs.trim().strip_suffix("/docs").unwrap();
            let base = base.replace("localhost", "127.0.0.1");
            // The rest of the output is not read: it fits into the pipe.
            child.stdout = Some(lines.into_inner().into_inner());
            return (child, Api::at(&base));
        }
    }
}

/// Returns the program with settings for this database.
pub fn program(database: &TestDatabase) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auth-server"));
    command
        .env_clear()
        .env("DATABASE_URL", &database.url)
        .env("ISSUER", ISSUER)
        .env("PORT", "0")
        .env("RUST_LOG", "warn")
        .env("THROTTLE__SIGNUPS_PER_ADDRESS", "1000000")
        .env(
            "KEY_ENCRYPTION_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        )
        .current_dir(std::env::temp_dir());
    command
}

/// Signs up one organization after another until the server stops responding. Returns the acknowledged ones.
async fn sign_up(api: Api) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    loop {
        let body = signup_body();
        let request = api.http.post(format!("{}/user/signup", api.base));
        match request.json(&body).send().await {
            Ok(answer) if answer.status() == 200 => acknowledged.push(body),
            Ok(answer) => panic!("{}", answer.status()),
            Err(_) => return acknowledged,
        }
    }
}

async fn what_was_acknowledged_is_there_after_kill_9(database: TestDatabase) {
    let (mut child, api) = started(&database).await;
    let writers: Vec<_> = (0..4).map(|_| tokio::spawn(sign_up(api.clone()))).collect();
    // Kill the server in the middle of it.
    let count = async || database.texts("SELECT id FROM users").await.len();
    while count().await < 20 {
        tokio::task::yield_now().await;
    }
    child.kill().await.unwrap();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(acknowledged.len() >= 10, "{}", acknowledged.len());

    let (mut child, api) = started(&database).await;
    for body in &acknowledged {
        let username = body["user"]["username"].as_str().unwrap();
        let tokens = api.login(username, PASSWORD, "").await.expect(200);
        assert_eq!(tokens.text("scope").split(' ').count(), 10, "whole");
    }
    // Unacknowledged sign-ups are stored completely or not at all.
    let users = database.texts("SELECT id FROM users").await.len();
    assert_eq!(database.texts("SELECT id FROM orgs").await.len(), users);
    let roles = database.texts("SELECT name FROM roles").await.len();
    assert_eq!(roles, 3 * users);
    child.kill().await.unwrap();
}
