//! Requests that no HTTP client would send, byte by byte.

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;

/// Sends these bytes and reads until the server closes; `None` if it closed without an answer. The bytes should ask for
/// that with `Connection: close`.
pub(crate) async fn send(base_url: &str, request: &[u8]) -> Result<Option<Answer>> {
    let authority = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).await?;
    // A server that has seen enough may close before it has read everything: what counts is what it answers.
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read) = stream.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    parse(&bytes).map(Some)
}

/// The head and the body of an answer that ends with its connection.
pub(crate) fn parse(bytes: &[u8]) -> Result<Answer> {
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = bytes.split_at(split.context("an answer without the end of its head")?);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    Ok(Answer {
        status: status.context("an answer without a status")?.parse()?,
        headers: lines.filter_map(header).collect(),
        body: body.get(4..).unwrap_or_default().to_vec(),
    })
}
