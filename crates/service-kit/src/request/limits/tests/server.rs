//! A redis-server of a test.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A server on a port of its own; it is stopped when this is dropped.
pub(super) struct Server {
    port: u16,
    folder: TempDir,
    password: Option<&'static str>,
    process: Option<Child>,
}

impl Server {
    pub(super) fn start(password: Option<&'static str>) -> Self {
        let mut server = Self {
            port: 0,
            folder: tempfile::tempdir().unwrap(),
            password,
            process: None,
        };
        // Another process may take a port that was free a moment ago.
        for _ in 0..20 {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            server.port = listener.local_addr().unwrap().port();
            drop(listener);
            if server.try_start() {
                return server;
            }
        }
        panic!("redis-server does not start");
    }

    /// Returns its address.
    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once. Its data is lost.
    pub(super) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts it again, at the same port.
    pub(super) fn restart(&mut self) {
        assert!(self.try_start(), "redis-server does not start again");
    }

    fn try_start(&mut self) -> bool {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command
            .args([
                "--port",
                &port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .current_dir(self.folder.path())
            .stdout(Stdio::piped());
        if let Some(password) = self.password {
            command.args(["--requirepass", password]);
        }
        let mut process = command.spawn().expect("redis-server is installed");
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("Ready to accept connections"));
        if !is_ready {
            drop(process.kill());
            process.wait().unwrap();
            return false;
        }
        self.process = Some(process);
        true
    }

    /// Runs a command, and returns its response.
    pub(super) async fn run<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let password = self.password.map(|password| format!(":{password}@"));
        let password = password.unwrap_or_default();
        let url = format!("redis://{password}127.0.0.1:{}", self.port);
        let client = redis::Client::open(url).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let (name, arguments) = command.split_first().unwrap();
        let mut command = redis::cmd(name);
        command.arg(arguments);
        command.query_async(&mut connection).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}
