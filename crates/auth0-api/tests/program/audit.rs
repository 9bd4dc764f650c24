//! Tests of the program's file of audit events.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{port, program};

const PATIENCE: Duration = Duration::from_secs(30);

/// The running program, and the folder of its file.
struct Running {
    child: Child,
    port: String,
    folder: PathBuf,
}

impl Running {
    fn start(name: &str) -> Self {
        let folder = format!("auth0-api-audit-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = program()
            .env("AUDIT_FILE", folder.join("audit.jsonl"))
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = port(child.stdout.take().unwrap(), "http://localhost:");
        Self {
            child,
            port,
            folder,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn send(&self, head: &str) {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        write!(stream, "{head}host: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }

    /// Sends SIGTERM, and waits for the end.
    fn stop(&mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Waits until the file has as many lines, and returns them.
fn lines(file: &Path, count: usize) -> Vec<String> {
    let started = Instant::now();
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= count && text.ends_with('\n') {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(started.elapsed() < PATIENCE, "{count} lines in {text}");
        std::thread::yield_now();
    }
}

#[test]
fn events_are_in_the_file_whatever_the_log_shows_and_after_a_rotation() {
    let mut running = Running::start("rotation");
    let file = running.file("audit.jsonl");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    running.send("GET /api/private?key=hunter2 HTTP/1.1\r\n");
    running.send("GET /api/%0A%E2%80%AE\"x HTTP/1.1\r\nauthorization: Bearer hunter2\r\n");
    let first = lines(&file, 2);
    for (line, code) in first.iter().zip(["missing_token", "malformed_token"]) {
        for part in [
            r#""audit.event":"authentication_failed""#,
            r#""client.address":"127.0.0.1""#,
            &format!(r#""audit.code":"{code}""#),
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(line.is_ascii() && !line.contains("hunter2"), "{line}");
    }
    let moved = running.file("audit.jsonl.1");
    std::fs::rename(&file, &moved).unwrap();
    running.send("POST /api/private HTTP/1.1\r\ncontent-length: 0\r\n");
    assert_eq!(lines(&file, 1).len(), 1);
    assert_eq!(lines(&moved, 2), first);
    running.stop();
}

#[test]
fn what_is_queued_is_written_before_the_end() {
    let mut running = Running::start("end");
    for _ in 0..50 {
        running.send("GET /api/private HTTP/1.1\r\n");
    }
    running.stop();
    let text = std::fs::read_to_string(running.file("audit.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 50);
}

#[test]
fn a_file_that_cannot_be_opened_is_named_with_its_setting() {
    let mut program = program();
    let output = program.env("AUDIT_FILE", "/no/such/folder/audit.jsonl");
    let output = output.stdout(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    let named = "/no/such/folder/audit.jsonl, which AUDIT_FILE names: No such file or directory";
    assert!(told.contains(named), "{told}");
}
