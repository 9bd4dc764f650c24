//! The program against a local issuer and auth-server.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop"
)]

mod auth_server;
mod browser;
mod doctor;
mod resource;
mod sign_in;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use local_issuer::{Auth0Config, DescopeConfig, IssuerConfig, LocalIssuer};
use serde_json::Value;

async fn issuer() -> LocalIssuer {
    LocalIssuer::start(config()).await.unwrap()
}

fn config() -> IssuerConfig {
    IssuerConfig {
        descope: DescopeConfig {
            port: 0,
            ..DescopeConfig::default()
        },
        auth0: Auth0Config {
            port: 0,
            ..Auth0Config::default()
        },
        ..IssuerConfig::default()
    }
}

type Variables<'v> = &'v [(&'v str, &'v str)];

/// Runs the program with these arguments, this environment and this standard input.
async fn identity(arguments: &[&str], variables: Variables<'_>, input: &str) -> Output {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let variables: Vec<_> = variables.iter().map(owned).collect();
    let (arguments, input) = (arguments.join("\n"), input.to_owned());
    let run = move || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_identity"))
            .env_clear()
            .envs(variables)
            // Without a `.env`.
            .current_dir(std::env::temp_dir())
            .args(arguments.lines())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may have ended without reading it.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Returns the exit code, and the JSON or the message.
async fn outcome(arguments: &[&str], input: &str) -> (i32, Value) {
    let output = identity(&[arguments, &["--json"]].concat(), &[], input).await;
    parsed(output)
}

fn parsed(output: Output) -> (i32, Value) {
    let text = String::from_utf8(output.stdout).unwrap();
    let value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(_) => String::from_utf8(output.stderr).unwrap().into(),
    };
    (output.status.code().unwrap(), value)
}

async fn token(issuer: &LocalIssuer, persona: &str) -> String {
    let id = format!("local-{persona}");
    let secret = format!("local-{persona}-secret");
    let url = issuer.descope().discovery_url();
    let output = identity(&["token", &url, "--client-id", &id], &[], &secret).await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn fault(value: &Value) -> &str {
    let code = value.pointer("/faults/0/code");
    code.and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test]
async fn what_is_no_issuer_is_one_sentence() {
    let nothing = "http://127.0.0.1:9/";
    let issuer = issuer().await;
    let health = format!("{}/nothing", issuer.auth0().base_url());
    for (arguments, code, words) in [
        (
            vec!["discover", nothing],
            1,
            "127.0.0.1:9/.well-known/openid-configuration cannot be reached",
        ),
        (vec!["keys", &health], 1, "no metadata at"),
        (vec!["discover", "http://issuer.example"], 1, "https"),
        (
            vec!["discover", "mailto:a@example.com"],
            1,
            "no address of an issuer",
        ),
        (vec!["discover", "nonsense"], 2, "invalid value"),
        (
            vec!["token", nothing, "--client-id", "a"],
            1,
            "cannot be reached",
        ),
        (vec!["inspect"], 1, "set TOKEN"),
    ] {
        let (status, message) = outcome(&arguments, "").await;
        let message = message.as_str().unwrap();
        assert_eq!(status, code, "{arguments:?} {message}");
        assert!(message.contains(words), "{arguments:?} {message}");
        if code == 1 {
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }
}

#[tokio::test]
async fn metadata_and_keys_are_shown() {
    let issuer = issuer().await;
    let url = issuer.auth0().base_url().to_owned();
    let (status, found) = outcome(&["discover", &url], "").await;
    assert_eq!((status, fault(&found)), (0, ""), "{found}");
    assert_eq!(found["keys"], issuer.auth0().jwks_url());
    assert_eq!(found["token"], issuer.auth0().token_url());
    let (status, found) = outcome(&["keys", &url], "").await;
    assert_eq!((status, fault(&found)), (0, ""), "{found}");
    assert_eq!(found["keys"][0]["kty"], "RSA", "{found}");
    assert_eq!(found["keys"][0]["not_usable"], Value::Null, "{found}");
}

#[tokio::test]
async fn a_token_is_explained() {
    let issuer = issuer().await;
    let token = token(&issuer, "admin").await;
    let mut changed = token.clone();
    let end = changed.len() - 5;
    let letter = if changed.as_bytes()[end] == b'A' {
        "B"
    } else {
        "A"
    };
    changed.replace_range(end..=end, letter);
    for (arguments, input, code) in [
        (vec!["inspect"], "opaque", "malformed_token"),
        (vec!["inspect"], "e30.e30", "malformed_token"),
        (vec!["inspect"], changed.as_str(), "invalid_signature"),
        (
            vec!["inspect", "--audience", "https://b.example"],
            &token,
            "invalid_claims",
        ),
        (
            vec!["inspect", "--issuer", issuer.auth0().base_url()],
            &token,
            "invalid_claims",
        ),
    ] {
        let (status, found) = outcome(&arguments, input).await;
        assert_eq!((status, fault(&found)), (1, code), "{arguments:?} {found}");
    }
    for (arguments, input) in [
        (vec!["inspect"], token.clone()),
        (vec!["inspect"], format!("Bearer {token}\n")),
        (
            vec!["inspect", "--audience", issuer.descope().project_id()],
            token.clone(),
        ),
    ] {
        let (status, found) = outcome(&arguments, &input).await;
        assert_eq!((status, fault(&found)), (0, ""), "{found}");
        assert_eq!(found["verified"], true, "{found}");
        assert_eq!(found["claims"]["roles"][0], "admin", "{found}");
    }
    issuer.descope().set_clock_offset(-100_000);
    let expired = self::token(&issuer, "admin").await;
    let (status, found) = outcome(&["inspect"], &expired).await;
    assert_eq!((status, fault(&found)), (1, "token_expired"), "{found}");
    issuer.stop().await;
    let output = identity(&["inspect", "--offline"], &[], &token).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("UTC, in ") && text.contains("no: --offline"),
        "{text}"
    );
    assert!(
        !text.contains(&token),
        "no part of a token that could be used"
    );
}
