//! The program, and the issuer that it fetches keys from.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::TestKey;
use serde_json::{Value, json};

use super::server::Server;

const PROJECT: &str = "P2abcdefghijklmnopqrstuvwxy";
const PATIENCE: Duration = Duration::from_secs(60);

/// A Descope project that has one key.
pub struct Issuer {
    server: Server,
    keys: Arc<Mutex<Value>>,
}

impl Issuer {
    pub fn start() -> Self {
        let keys = Arc::new(Mutex::new(TestKey::fixed().jwk()));
        let published = Arc::clone(&keys);
        // Its address is known when it has started.
        let base = Arc::new(OnceLock::<String>::new());
        let own = Arc::clone(&base);
        let server = Server::start(move |line| {
            if line.contains("jwks") {
                return json!({"keys": [*published.lock().unwrap()]}).to_string();
            }
            let base = own.wait();
            json!({
                "issuer": format!("{base}/{PROJECT}"),
                "jwks_uri": format!("{base}/{PROJECT}/.well-known/jwks.json"),
            })
            .to_string()
        });
        base.set(server.url()).unwrap();
        Self { server, keys }
    }

    /// Replaces the key.
    pub fn publish(&self, key: &TestKey) {
        *self.keys.lock().unwrap() = key.jwk();
    }

    pub fn jwks_url(&self) -> String {
        format!("{}/{PROJECT}/.well-known/jwks.json", self.server.url())
    }

    /// Returns an access token of this issuer, with these claims as well.
    pub fn token(&self, key: &TestKey, claims: &Value) -> String {
        let now = SystemClock.now().seconds().floor();
        let mut all = json!({
            "iss": format!("{}/{PROJECT}", self.server.url()), "aud": PROJECT, "sub": "U1",
            "iat": now, "exp": now + 60.0, "token_type": "access_token",
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        key.token(&all)
    }

    /// Returns the `traceparent` of each request that it got.
    pub fn traceparents(&self) -> Vec<String> {
        let requests = self.server.requests().into_iter();
        requests
            .filter_map(|request| request.header("traceparent"))
            .collect()
    }
}

/// The program while it runs.
pub struct Program {
    child: Child,
    port: String,
    log: Option<JoinHandle<String>>,
}

impl Program {
    pub fn start(issuer: &Issuer, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_descope-api"))
            .current_dir(empty_folder())
            .env_clear()
            .envs([
                ("PORT", "0"),
                ("LOG_FORMAT", "json"),
                ("DATABASE_URL", "sqlite::memory:"),
            ])
            .envs([
                ("DESCOPE_PROJECT_ID", PROJECT),
                ("DESCOPE_BASE_URL", &*issuer.server.url()),
            ])
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            lines.read_to_string(&mut log).unwrap();
            log
        });
        let told = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = told.map(Result::unwrap).find_map(|line| {
            let (_, rest) = line.split_once("http://localhost:")?;
            let digits = rest.chars().take_while(char::is_ascii_digit);
            Some(digits.collect::<String>())
        });
        let Some(port) = port else {
            panic!("it did not start: {}", log.join().unwrap());
        };
        Self {
            child,
            port,
            log: Some(log),
        }
    }

    pub fn wait_until_ready(&self) {
        let started = Instant::now();
        while !self.get("/health/ready", &[]).starts_with("HTTP/1.1 200 ") {
            assert!(started.elapsed() < PATIENCE, "it is not ready");
            thread::yield_now();
        }
    }

    /// Returns the whole response.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers = headers.collect::<String>();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    /// Stops it with SIGTERM, which must not take long, and returns its log.
    pub fn stop(&mut self) -> String {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
        let log = self.log.take().unwrap().join().unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {log}");
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a folder without a `.env`.
fn empty_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("descope-api-otlp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
