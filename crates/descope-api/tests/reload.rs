//! Changes the settings of the running program. Its issuer is unreachable.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};

const PROJECT: &str = "descope_project_id = \"P2abcdefghijklmnopqrstuvwxy\"\ndescope_base_url = \"http://127.0.0.1:1\"\n";

/// The running program with its configuration file, and its log.
struct Running {
    child: Child,
    file: PathBuf,
    log: Lines<BufReader<ChildStderr>>,
    port: String,
}

impl Running {
    fn start() -> Self {
        let name = format!("descope-api-reload-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("settings.toml");
        std::fs::write(&file, PROJECT).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_descope-api"))
            .current_dir(&folder)
            .env_clear()
            .env("PORT", "0")
            .env("CONFIG_FILE", &file)
            .env("DATABASE_URL", "sqlite::memory:")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = told.map_while(Result::ok);
        let port = told.find_map(|line| {
            let rest = line.split_once("http://localhost:")?.1;
            Some(rest.chars().take_while(char::is_ascii_digit).collect())
        });
        Self {
            log: BufReader::new(child.stderr.take().unwrap()).lines(),
            child,
            file,
            port: port.unwrap(),
        }
    }

    /// Adds these lines to the configuration, sends SIGHUP, and waits until the log says these words.
    fn reload(&mut self, lines: &str, words: &str) -> String {
        std::fs::write(&self.file, format!("{PROJECT}{lines}")).unwrap();
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "HUP", &id]).status();
        assert!(sent.unwrap().success());
        let mut lines = self.log.by_ref().map_while(Result::ok);
        lines.find(|line| line.contains(words)).unwrap()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: x\r\norigin: https://app.example.com\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(self.file.parent().unwrap());
    }
}

#[test]
fn changed_settings_are_in_use_or_refused_or_need_a_restart() {
    let mut running = Running::start();
    let allowed = "\r\naccess-control-allow-origin: https://app.example.com\r\n";
    assert!(!running.get("/health").contains(allowed));

    let cors = "cors_allowed_origins = [\"https://app.example.com\"]\n";
    let wrong = format!("{cors}descope_tenant_issuers = [\"a/b\"]");
    let line = running.reload(&wrong, "changed settings refused");
    assert!(
        line.contains("descope_tenant_issuers cannot be used: "),
        "{line}"
    );
    assert!(
        !running.get("/health").contains(allowed),
        "nothing of it is taken"
    );
    let ready = running.get("/health/ready");
    let reason = "changed settings were refused: descope_tenant_issuers cannot be used";
    assert!(ready.contains(reason), "{ready}");

    let pool = format!("{cors}database.max_connections = 3");
    running.reload(&pool, "in use: CORS_ALLOWED_ORIGINS");
    assert!(running.get("/health").contains(allowed));
    let waiting = "need a restart: DATABASE__MAX_CONNECTIONS";
    running.reload(&pool, waiting);
    let ready = running.get("/health/ready");
    assert!(!ready.contains("changed settings were refused"), "{ready}");
}
