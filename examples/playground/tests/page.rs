//! Runs every `curl` line of the printed page as it is, and every request of `docs/requests.http`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

mod requests;

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
            let is_whole = page.iter().any(|line| line.starts_with("  curl -s"));
            if is_whole && page.last().is_some_and(String::is_empty) {
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
fn the_page_fits_on_a_screen_and_every_request_is_answered_as_it_says() {
    let playground = Playground::start(&["--free-ports"]);
    let page = &playground.page;
    assert!(page.len() <= 24, "{} rows: {page:#?}", page.len());
    for line in page {
        assert!(line.chars().count() <= 80, "longer than 80 columns: {line}");
        assert!(!line.contains("eyJ"), "a token that will expire: {line}");
    }
    let mut tried = Vec::new();
    for (row, line) in page.iter().enumerate() {
        let Some((status, _)) = line
            .strip_prefix("  # ")
            .and_then(|what| what.split_once(':'))
        else {
            continue;
        };
        let pasted = page[row + 1..].iter();
        let pasted: Vec<_> = pasted
            .take_while(|line| !line.is_empty() && !line.contains('#'))
            .collect();
        assert!(pasted.len() <= 2, "{pasted:?}");
        let pasted: Vec<_> = pasted.into_iter().map(String::as_str).collect();
        let answer = shell(&pasted.join("\n"));
        let start = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&start), "{line}: {answer}");
        tried.push(status);
    }
    assert_eq!(tried, ["200", "403", "200"]);

    let own = page.iter().find(|line| line.starts_with("  curl -s"));
    let own = own.unwrap().replace("NAME", "machine");
    assert!(shell(&own).starts_with("eyJ"));
}

#[test]
fn the_page_it_names_takes_the_control_token_it_prints() {
    let playground = Playground::start(&["--free-ports"]);
    let word = |start: &str, index: usize| {
        let mut lines = playground.page.iter();
        let line = lines.find(|line| line.trim().starts_with(start)).unwrap();
        line.split_whitespace().nth(index).unwrap().to_owned()
    };
    let (page, token) = (word("open this", 2), word("control token", 2));
    let html = shell(&format!("curl -s -H 'Accept: text/html' {page}"));
    assert!(html.contains("Personas"), "{html}");
    let status = |token: &str| {
        shell(&format!(
            "curl -s -o /dev/null -w '%{{http_code}}' -X POST -H 'Authorization: Bearer {token}' {page}/_control/state"
        ))
    };
    assert_eq!((&*status("guess"), &*status(&token)), ("401", "200"));
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
    let url = |name: &str| {
        let docs = line(name).split_whitespace().nth(1).unwrap().to_owned();
        docs.strip_suffix("/docs").unwrap().to_owned()
    };
    let (auth_server, billing_api) = (url("auth-server"), url("billing-api"));
    let document = shell(&format!("curl -s {billing_api}/openapi.json"));
    let login = format!("{auth_server}/user/login");
    assert!(
        document.contains(&format!(r#""tokenUrl":"{login}""#)),
        "{document}"
    );

    let told = line("billing-api");
    let (_, told) = told.split_once("sign in as ").unwrap();
    let (name, password) = told.split_once(", ").unwrap();
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
