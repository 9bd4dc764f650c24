//! Tests of the program's metrics port.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use super::port;

fn program(metrics: &str) -> Command {
    let mut program = super::program();
    program
        .env("METRICS_ADDR", metrics)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

/// A running program.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask(port: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(
        stream,
        "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_taken_port_is_named_with_its_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = program(&format!("127.0.0.1:{port}")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "Error: port {port} on 127.0.0.1 is taken: stop what is using it, or set METRICS_ADDR to another port\n"
        )
    );
}

#[test]
fn figures_are_shown_on_their_own_port_and_nowhere_else() {
    let mut running = Running(program("127.0.0.1:0").spawn().unwrap());
    // The program keeps writing to this pipe.
    let mut log = running.0.stderr.take().unwrap();
    let metrics = port(&mut log, "metrics are at http://127.0.0.1:");
    let service = port(running.0.stdout.take().unwrap(), "http://localhost:");
    assert!(ask(&service, "GET /metrics").starts_with("HTTP/1.1 404 "));
    assert!(ask(&service, "GET /health").starts_with("HTTP/1.1 200 "));
    assert!(ask(&service, "GET /api/private").starts_with("HTTP/1.1 401 "));
    assert!(ask(&metrics, "GET /health").starts_with("HTTP/1.1 404 "));
    let answer = ask(&metrics, "GET /metrics");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    for line in [
        r#"http_requests_total{route="/health",method="GET",status="200"} 1"#,
        r#"http_requests_total{route="/api/private",method="GET",status="401"} 1"#,
        r#"http_requests_total{route="none",method="GET",status="404"} 1"#,
        r#"api_errors_total{code="missing_token"} 1"#,
        r#"identity_keys{issuer="http://127.0.0.1:1/"} 0"#,
        r#"identity_token_cache_entries 0"#,
    ] {
        assert!(answer.lines().any(|one| one == line), "{line}\n{answer}");
    }
}
