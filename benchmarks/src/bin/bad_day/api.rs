//! Requests to the auth-server, over connections that stay open.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use benchmarks::{Connection, Reply};
use serde_json::Value;
use tokio::time::timeout;

/// The password of every user.
pub const PASSWORD: &str = "test1234@";
/// A caller who waits longer has no response.
const PATIENCE: Duration = Duration::from_secs(30);
/// An idle connection is not used again after this, long before the server closes it (`LIMITS__KEEP_ALIVE_SECONDS`).
const IDLE: Duration = Duration::from_secs(2);

/// A client with an address of its own, which the server reads from `X-Forwarded-For`.
pub struct Client {
    server: SocketAddr,
    address: String,
    idle: Mutex<Vec<(Connection, Instant)>>,
}

/// The tokens of a session.
#[derive(Clone)]
pub struct Session {
    pub access: String,
    pub refresh: String,
}

impl Client {
    pub fn new(server: SocketAddr, address: String) -> Self {
        let idle = Mutex::default();
        Self {
            server,
            address,
            idle,
        }
    }

    pub async fn get(&self, path: &str, token: &str) -> Option<Reply> {
        self.ask("GET", path, token, ("text/plain", "")).await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Option<Reply> {
        self.ask("DELETE", path, token, ("text/plain", "")).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Option<Reply> {
        let body = body.to_string();
        self.ask("POST", path, token, ("application/json", &body))
            .await
    }

    /// The fields need no escapes.
    async fn form(&self, path: &str, fields: &str) -> Option<Reply> {
        let form = ("application/x-www-form-urlencoded", fields);
        self.ask("POST", path, "", form).await
    }

    pub async fn sign_in(&self, name: &str) -> Option<Reply> {
        let fields = format!("grant_type=password&username={name}&password={PASSWORD}");
        self.form("/user/login", &fields).await
    }

    pub async fn refresh(&self, token: &str) -> Option<Reply> {
        let fields = format!("grant_type=refresh_token&refresh_token={token}");
        self.form("/oauth/token", &fields).await
    }

    /// Returns `None` if there is no response.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        (kind, body): (&str, &str),
    ) -> Option<Reply> {
        let authorization = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: auth\r\nX-Forwarded-For: {}\r\n{authorization}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        timeout(PATIENCE, self.exchange(request.as_bytes()))
            .await
            .ok()?
            .ok()
    }

    async fn exchange(&self, request: &[u8]) -> std::io::Result<Reply> {
        let mut connection = match self.fresh() {
            Some(connection) => connection,
            None => Connection::open(self.server).await?,
        };
        connection.send(request).await?;
        let reply = connection.receive().await?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((connection, Instant::now()));
        Ok(reply)
    }

    fn fresh(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        Some(idle.pop()?.0)
    }
}

/// Returns the body of a response.
pub fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

/// Returns the tokens in a response, if it has them.
pub fn session(reply: &Reply) -> Option<Session> {
    let body = body(reply);
    let token = |name| Some(body.get(name)?.as_str()?.to_owned());
    Some(Session {
        access: token("access_token")?,
        refresh: token("refresh_token")?,
    })
}
