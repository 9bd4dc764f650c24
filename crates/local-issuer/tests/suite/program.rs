//! The program, and what it shares with the playground.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use local_issuer::tokens::{self, FetchError, TokenSource};
use local_issuer::{ProviderKind, healthcheck};

use crate::support::{CONTROL_TOKEN, json_of, start, verified};

/// The program while it serves, on free ports and with a control plane; it ends with this value.
pub(crate) struct Running {
    child: Child,
    pub(crate) auth0_url: String,
}

/// Starts the program and waits for its line about the Auth0 side.
pub(crate) async fn running() -> Running {
    let start = || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_local-issuer"))
            .env_clear()
            .env("LOCAL_ISSUER_DESCOPE_PORT", "0")
            .env("LOCAL_ISSUER_AUTH0_PORT", "0")
            .env("LOCAL_ISSUER_CONTROL_TOKEN", CONTROL_TOKEN)
            .current_dir(std::env::temp_dir())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut lines = log.lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("Auth0: ")).unwrap();
        // Read to the end, or the program would wait for room in the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let (_, url) = line.rsplit_once("discovery ").unwrap();
        let auth0_url = url.split("/.well-known").next().unwrap().to_owned();
        Running { child, auth0_url }
    };
    tokio::task::spawn_blocking(start).await.unwrap()
}

impl Running {
    /// The most memory it ever had at a time.
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
        kilobytes.parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs the program with this environment and no other, in a folder without a `.env`.
pub(crate) async fn run(args: Vec<String>, environment: Vec<(&'static str, String)>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let run = move |folder: &Path| {
        Command::new(env!("CARGO_BIN_EXE_local-issuer"))
            .args(args)
            .env_clear()
            .envs(environment)
            .current_dir(folder)
            .output()
    };
    tokio::task::spawn_blocking(move || run(folder.path()))
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn bad_settings_stop_the_program_and_are_all_named() {
    let bad = vec![
        ("LOCAL_ISSUER_AUTH0_PORT", "x".to_owned()),
        ("LOCAL_ISSUER_HOST", "y".to_owned()),
    ];
    let output = run(vec![], bad).await;
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        errors.contains("LOCAL_ISSUER_AUTH0_PORT") && errors.contains("LOCAL_ISSUER_HOST"),
        "{errors}"
    );
}

#[tokio::test]
async fn healthcheck_fails_when_there_is_no_issuer_and_succeeds_when_there_is() {
    let issuer = start().await;
    let ports = vec![
        (
            "LOCAL_ISSUER_DESCOPE_PORT",
            issuer.config().descope.port.to_string(),
        ),
        (
            "LOCAL_ISSUER_AUTH0_PORT",
            issuer.config().auth0.port.to_string(),
        ),
    ];
    assert!(
        run(vec!["healthcheck".to_owned()], ports.clone())
            .await
            .status
            .success()
    );
    assert!(healthcheck(&[issuer.descope().base_url()]).await.is_ok());
    issuer.stop().await;
    assert!(
        !run(vec!["healthcheck".to_owned()], ports)
            .await
            .status
            .success()
    );
}

#[tokio::test]
async fn tokens_prints_a_token_and_a_curl_line_for_each_persona() {
    let issuer = start().await;
    let args = [
        "tokens",
        "--descope-url",
        issuer.descope().base_url(),
        "--auth0-url",
        issuer.auth0().base_url(),
    ];
    let output = run(args.map(str::to_owned).to_vec(), vec![]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let personas = issuer.descope().personas().len() + issuer.auth0().personas().len();
    let tokens: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("TOKEN="))
        .collect();
    assert_eq!(tokens.len(), personas);
    assert_eq!(
        text.matches("curl -H \"Authorization: Bearer $TOKEN\" http://localhost:800")
            .count(),
        personas
    );
    verified(tokens[0], &issuer.descope().jwks_url()).await;
}

#[tokio::test]
async fn a_token_that_is_not_given_is_an_error_that_shows_no_secret() {
    let issuer = start().await;
    let mut source = TokenSource::of(&issuer);
    let unknown = tokens::fetch_one(&source, ProviderKind::Auth0, "session", None).await;
    assert!(matches!(unknown, Err(FetchError::UnknownPersona { .. })));
    source.audience = "https://other".to_owned();
    let error = tokens::fetch(&source).await.unwrap_err().to_string();
    assert!(
        error.contains("403")
            && error.contains("Service not enabled")
            && !error.contains("-secret"),
        "{error}"
    );
    issuer.stop().await;
    assert!(matches!(
        tokens::fetch(&source).await,
        Err(FetchError::NoAnswer { .. })
    ));
}

#[tokio::test]
async fn every_persona_gets_a_token_that_verifies() {
    let issuer = start().await;
    let source = TokenSource::of(&issuer);
    let tokens = tokens::fetch(&source).await.unwrap();
    for token in &tokens {
        let jwks_url = if token.provider == ProviderKind::Descope {
            issuer.descope().jwks_url()
        } else {
            issuer.auth0().jwks_url()
        };
        verified(&token.token, &jwks_url).await;
        assert!(token.request.starts_with("curl -s "), "{}", token.request);
        assert!(
            token
                .curl("http://localhost:8000/api/me")
                .contains(&token.token)
        );
        assert!(!format!("{token:?}").contains(&token.token));
    }
    let sessions: Vec<&str> = tokens
        .iter()
        .filter(|token| json_of(&token.token, 1).get("drn").is_some())
        .map(|token| token.persona.as_str())
        .collect();
    assert_eq!(sessions, ["session", "session-scoped"]);
    let narrow = tokens::fetch_one(&source, ProviderKind::Auth0, "admin", Some("read:messages"))
        .await
        .unwrap();
    assert_eq!(json_of(&narrow.token, 1)["scope"], "read:messages");
}
