//! Tests of the program with real signals.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{port, program};

const PATIENCE: Duration = Duration::from_secs(30);

/// The running program.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut child = program()
            .env("WORKERS", "1")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = port(child.stdout.take().unwrap(), "http://localhost:");
        let address = format!("127.0.0.1:{port}");
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Returns the response to a request with `Connection: close`.
    fn get(&self, path: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        rest(stream)
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    fn until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let started = Instant::now();
        while !done(self) {
            assert!(started.elapsed() < PATIENCE, "{what}");
            std::thread::yield_now();
        }
    }

    /// Checks that the program exits with status 0.
    fn ends_well(&mut self) {
        self.until("it ends", |program| !program.is_running());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The program has already exited, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rest(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn sigterm_answers_what_was_begun_and_ends_with_0() {
    let mut program = Program::start(&[]);
    let mut begun = program.connect();
    begun.write_all(b"GET /health HTTP/1.1\r\n").unwrap();
    // This request is sent later: once it gets its response, the earlier connection was accepted as well.
    assert!(program.get("/health").starts_with("HTTP/1.1 200"));
    program.signal("TERM");
    program.until("no more connections", |program| {
        TcpStream::connect(&program.address).is_err()
    });
    assert!(program.is_running());
    begun.write_all(b"host: x\r\n\r\n").unwrap();
    let answer = rest(begun);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    program.ends_well();
}

#[test]
fn sigterm_leaves_it_answering_for_the_delay_and_not_ready() {
    let mut program = Program::start(&[("SHUTDOWN__DELAY_SECONDS", "3600")]);
    program.signal("TERM");
    program.until("it says so", |program| {
        let answer = program.get("/health/ready");
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        answer.contains(r#""status":"stopping""#)
    });
    let mut kept = program.connect();
    kept.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let answer = rest(kept);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(program.is_running());
    program.signal("TERM");
    program.ends_well();
}

#[test]
fn sigint_waits_for_no_delay_and_a_second_one_for_nothing() {
    let mut program = Program::start(&[("SHUTDOWN__DELAY_SECONDS", "3600")]);
    program.signal("INT");
    program.ends_well();

    let mut program = Program::start(&[("SHUTDOWN__TIMEOUT_SECONDS", "3600")]);
    let begun = program.connect();
    assert!(program.get("/health").starts_with("HTTP/1.1 200"));
    program.signal("INT");
    program.until("no more connections", |program| {
        TcpStream::connect(&program.address).is_err()
    });
    // A second signal changes nothing.
    program.signal("TERM");
    program.signal("INT");
    program.ends_well();
    assert_eq!(rest(begun), "");
}

#[test]
fn sigquit_ends_it_at_once() {
    let mut program = Program::start(&[("SHUTDOWN__DELAY_SECONDS", "3600")]);
    let begun = program.connect();
    assert!(program.get("/health").starts_with("HTTP/1.1 200"));
    program.signal("QUIT");
    program.ends_well();
    assert_eq!(rest(begun), "");
}
