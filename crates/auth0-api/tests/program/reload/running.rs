//! A running program with a configuration file.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with two workers, and its log.
pub struct Running {
    child: Child,
    folder: PathBuf,
    log: Receiver<String>,
    pub port: String,
    metrics: String,
}

/// A response.
pub struct Response {
    pub status: u16,
    pub text: String,
}

impl Running {
    /// Starts the program with this configuration file, and these variables.
    pub fn start(config: &str, variables: &[(&str, &str)]) -> Self {
        let folder = folder();
        let path = folder.join("settings.toml");
        std::fs::write(&path, config).unwrap();
        let mut child = super::super::program()
            .env_remove("AUTH0_API_AUDIENCE")
            .env_remove("AUTH0_ISSUER")
            .current_dir(&folder)
            .env("CONFIG_FILE", &path)
            .env("METRICS_ADDR", "127.0.0.1:0")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, log) = channel();
        let told = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in told.lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let port = super::super::port(child.stdout.take().unwrap(), "http://localhost:");
        let mut running = Self {
            child,
            folder,
            log,
            port,
            metrics: String::new(),
        };
        let line = running.logged("metrics are at http://127.0.0.1:");
        let metrics = line.split_once("http://127.0.0.1:").unwrap().1;
        running.metrics = metrics.chars().take_while(char::is_ascii_digit).collect();
        running
    }

    /// Replaces the configuration file, in one step.
    pub fn configure(&self, config: &str) {
        let path = self.folder.join("next.toml");
        std::fs::write(&path, config).unwrap();
        std::fs::rename(path, self.folder.join("settings.toml")).unwrap();
    }

    /// Writes `.env`.
    pub fn dotenv(&self, text: &str) {
        std::fs::write(self.folder.join(".env"), text).unwrap();
    }

    pub fn hang_up(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "HUP", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Sends SIGHUP, and waits until the log says these words. Returns the line.
    pub fn reload(&self, words: &str) -> String {
        self.hang_up();
        self.logged(words)
    }

    /// Waits for a line with these words.
    pub fn logged(&self, words: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{words}: {error}: {seen:#?}"),
            }
        }
    }

    pub fn get(&self, path: &str, headers: &str) -> Response {
        get(&self.port, path, headers)
    }

    /// Returns the status of a protected route with this token.
    pub fn with_token(&self, token: &str) -> u16 {
        let header = format!("authorization: Bearer {token}\r\n");
        self.get("/api/private", &header).status
    }

    /// Returns the value of a metric, with its labels.
    pub fn metric(&self, name: &str) -> f64 {
        let text = get(&self.metrics, "/metrics", "").text;
        let mut values = text.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.find_map(|rest| rest.strip_prefix(' '));
        value
            .unwrap_or_else(|| panic!("{name} in {text}"))
            .parse()
            .unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("auth0-api-reload-{}-{count}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn get(port: &str, path: &str, headers: &str) -> Response {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\n{headers}connection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, text }
}
