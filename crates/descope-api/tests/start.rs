//! Runs the program with invalid settings and checks its output and exit status.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROJECT: (&str, &str) = ("DESCOPE_PROJECT_ID", "P2abcdefghijklmnopqrstuvwxy");
const NOWHERE: (&str, &str) = ("DESCOPE_BASE_URL", "http://127.0.0.1:1");
const IN_MEMORY: (&str, &str) = ("DATABASE_URL", "sqlite::memory:");

fn program(settings: &[(&str, &str)]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_descope-api"));
    program
        .current_dir(empty_folder())
        .env_clear()
        .env("PORT", "0")
        .env("RUST_LOG", "off")
        .envs(settings.iter().copied());
    program
}

/// Returns a folder without a `.env`, outside the workspace, which may contain one.
fn empty_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("descope-api-start-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns the output of a program, which must exit within 30 seconds: one that starts serving never exits.
fn output_of(program: &mut Command) -> Output {
    let program = program.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// Returns the error output of a program that fails to start.
fn told(settings: &[(&str, &str)]) -> String {
    let output = output_of(&mut program(settings));
    assert_eq!(output.status.code(), Some(1), "{settings:?}");
    assert!(output.stdout.is_empty(), "{settings:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_missing_setting_is_named() {
    let told = told(&[]);
    assert_eq!(
        told,
        "Error: the settings are not right:\n  - DESCOPE_PROJECT_ID is not set: the id of your Descope project, P...\n"
    );
}

#[test]
fn a_taken_port_is_named_with_its_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = told(&[PROJECT, NOWHERE, IN_MEMORY, ("PORT", &port)]);
    assert_eq!(
        told,
        format!(
            "Error: port {port} on 127.0.0.1 is taken: stop what is using it, or set DESCOPE_API__PORT or PORT to another port\n"
        )
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_database_file_that_cannot_be_made_is_named_with_its_setting() {
    // No user, not even root, can create a file there.
    for (url, rest) in [
        (
            "sqlite:///proc/users.db",
            "this user must be allowed to read and write the file /proc/users.db and its folder: error returned from database: (code: 14) unable to open database file",
        ),
        ("sqlite:///proc/no/users.db", ""),
    ] {
        let told = told(&[PROJECT, NOWHERE, ("DATABASE_URL", url)]);
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("DATABASE_URL"), "{told}");
        assert!(told.ends_with(&format!("{rest}\n")), "{told}");
    }
}

#[test]
fn migrate_creates_the_tables_and_ends() {
    let file = empty_folder().join("migrated.db");
    let url = format!("sqlite://{}", file.display());
    let settings = [PROJECT, NOWHERE, ("DATABASE_URL", url.as_str())];
    for run in ["a new file", "a file that is up to date"] {
        let output = output_of(program(&settings).arg("migrate"));
        assert!(output.status.success(), "{run}: {output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            told, "The tables of the database are up to date.\n",
            "{run}"
        );
    }
    // Until a checkpoint, the pages are in the write-ahead log.
    let mut stored = std::fs::read(&file).unwrap();
    stored.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
    assert!(String::from_utf8_lossy(&stored).contains("CREATE TABLE users"));

    let unusable = [
        PROJECT,
        NOWHERE,
        ("DATABASE_URL", "sqlite:///proc/no/users.db"),
    ];
    let output = output_of(program(&unusable).arg("migrate"));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("DATABASE_URL"));
}

/// A running program.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_issuer_out_of_reach_is_no_reason_to_end_but_to_be_not_ready() {
    let settings = [PROJECT, NOWHERE, IN_MEMORY];
    let child = program(&settings).stdout(Stdio::piped()).spawn();
    let mut running = Running(child.unwrap());
    let port = port(running.0.stdout.take().unwrap());
    let started = Instant::now();
    let answer = loop {
        assert!(started.elapsed() < Duration::from_secs(30));
        // The first fetch of the keys may still be in progress.
        match ready(&port) {
            Ok(answer) if answer.contains("cannot be reached") => break answer,
            _ => std::thread::yield_now(),
        }
    };
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let settings_named =
        "; the issuer is set by DESCOPE_PROJECT_ID, DESCOPE_BASE_URL and DISCOVERY_URL";
    assert!(answer.contains(settings_named), "{answer}");

    let mut asked = program(&settings);
    let asked = output_of(asked.env("PORT", &port).arg("healthcheck"));
    assert_eq!(asked.status.code(), Some(1));
    let told = String::from_utf8(asked.stderr).unwrap();
    assert!(told.starts_with("Error: not ready: "), "{told}");
}

/// Returns the port that the program prints.
fn port(output: impl Read) -> String {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines
        .filter_map(|line| Some(line.split_once("http://localhost:")?.1.to_owned()))
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
        .next();
    port.unwrap_or_default()
}

fn ready(port: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
