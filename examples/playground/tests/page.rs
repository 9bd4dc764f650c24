//! Runs every `curl` line of the printed page as it is.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// A playground on free ports that has printed its page.
struct Playground {
    child: Child,
    page: Vec<String>,
}

impl Playground {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_playground"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut page: Vec<String> = Vec::new();
        for line in lines {
            page.push(line.unwrap());
            // The page ends with an empty line after the last request.
            let requests = page
                .iter()
                .filter(|line| line.starts_with("  curl -s"))
                .count();
            if requests == 3 && page.last().is_some_and(String::is_empty) {
                break;
            }
        }
        Self { child, page }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shell(line: &str) -> String {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_printed_request_is_answered_as_the_page_says() {
    let playground = Playground::start(&["--free-ports"]);
    let mut tried = Vec::new();
    for pair in playground.page.windows(2) {
        let [comment, line] = pair else { continue };
        let (Some(comment), true) = (comment.strip_prefix("  # "), line.starts_with("  curl"))
        else {
            continue;
        };
        let answer = shell(&line.replace("curl", "curl -s"));
        match comment.split_once(':') {
            Some((status, _)) => {
                assert!(
                    answer.starts_with(&format!("HTTP/1.1 {status} ")),
                    "{comment}: {answer}"
                );
                tried.push(status);
            }
            None => {
                let answer: String = answer
                    .chars()
                    .filter(|character| !character.is_whitespace())
                    .collect();
                assert!(
                    answer.contains(r#""access_token":"ey"#),
                    "{comment}: {answer}"
                );
                tried.push(comment);
            }
        }
    }
    assert_eq!(
        tried,
        [
            "200",
            "401",
            "403",
            "200",
            "401",
            "403",
            "200",
            "403",
            "Descope",
            "Auth0",
            "auth-server"
        ]
    );
}

#[test]
fn the_authorize_dialog_of_billing_api_may_sign_in_at_the_auth_server() {
    let playground = Playground::start(&["--free-ports"]);
    let line = |start: &str| {
        let found = playground
            .page
            .iter()
            .find(|line| line.trim().starts_with(start));
        found.unwrap().clone()
    };
    let url = |name: &str| line(name).split_whitespace().nth(1).unwrap().to_owned();
    let (auth_server, billing_api) = (url("auth-server"), url("billing-api"));
    let document = shell(&format!("curl -s {billing_api}/openapi.json"));
    let login = format!("{auth_server}/user/login");
    assert!(
        document.contains(&format!(r#""tokenUrl":"{login}""#)),
        "{document}"
    );

    let told = line("In a browser:");
    let (name, password) = told
        .split_once("the name ")
        .unwrap()
        .1
        .split_once(' ')
        .unwrap();
    let password = password
        .split_whitespace()
        .last()
        .unwrap()
        .trim_end_matches('.');
    // As Swagger UI does it: first the browser's preflight, then the dialog with an empty client.
    let asked = shell(&format!(
        "curl -s -i -X OPTIONS {login} -H 'Origin: {billing_api}' -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization,x-requested-with'"
    ));
    let answered = shell(&format!(
        "curl -s -i {login} -H 'Origin: {billing_api}' -H 'X-Requested-With: XMLHttpRequest' -u : -d grant_type=password -d username={name} -d password={password} -d scope="
    ));
    for answer in [&asked, &answered] {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("access-control-allow-origin: "), "{answer}");
    }
    assert!(answered.contains(r#""access_token":"ey"#), "{answered}");
}

#[test]
fn an_interrupt_and_a_termination_end_it_without_an_error() {
    for name in ["INT", "TERM"] {
        let mut playground = Playground::start(&["--free-ports"]);
        playground.signal(name);
        assert!(playground.child.wait().unwrap().success(), "{name}");
    }
}

#[test]
fn a_taken_port_is_one_clear_sentence() {
    // Either this test holds one of the default ports or another process does: both cases are tested.
    let _taken = std::net::TcpListener::bind(("127.0.0.1", 8001));
    let mut child = Command::new(env!("CARGO_BIN_EXE_playground"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(!text.contains("panicked"), "{text}");
    let last = text
        .lines()
        .find(|line| line.starts_with("Error: "))
        .unwrap_or_default();
    assert!(
        last.contains("port") && (last.contains("taken") || last.contains("listen")),
        "{text}"
    );
}
