//! One keep-alive connection, with nothing between the load and the socket.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection over which requests are sent and responses come back in their order.
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// An response.
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Opens one.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let unread = Vec::with_capacity(8192);
        Ok(Self { stream, unread })
    }

    /// Sends requests, one behind the other.
    pub async fn send(&mut self, requests: &[u8]) -> Result<()> {
        self.stream.write_all(requests).await
    }

    /// The next response, which must say how long it is.
    pub async fn receive(&mut self) -> Result<Reply> {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let (status, length) = read_head(self.unread.get(..end).unwrap_or_default())?;
        while self.unread.len() < end + length {
            self.read_more().await?;
        }
        let body = self.unread.get(end..end + length).unwrap_or_default();
        let body = body.to_vec();
        self.unread.drain(..end + length);
        Ok(Reply { status, body })
    }

    async fn read_more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.unread).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

impl Reply {
    /// Returns the status and the `code` of the problem.
    pub fn name(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let code = problem.get("code").and_then(serde_json::Value::as_str);
        format!("{} {}", self.status, code.unwrap_or_default())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request for this path with this token.
pub fn request(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// One request without a token, over a connection of its own.
pub async fn get(address: SocketAddr, path: &str) -> Result<Reply> {
    let mut connection = Connection::open(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: service\r\n\r\n");
    connection.send(request.as_bytes()).await?;
    connection.receive().await
}

/// The status and the length of the body.
fn read_head(head: &[u8]) -> Result<(u16, usize)> {
    let bad = || {
        Error::new(
            ErrorKind::InvalidData,
            "a response without status or length",
        )
    };
    let head = std::str::from_utf8(head).map_err(|_| bad())?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok());
    let length = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok()).flatten()
    });
    let length = length.or((status == Some(204)).then_some(0));
    status.zip(length).ok_or_else(bad)
}
