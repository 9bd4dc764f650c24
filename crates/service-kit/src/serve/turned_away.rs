//! Connections that the system accepted, but the server did not, just before it stops listening.
//!
//! They get a handwritten response: closing the port would reset them, and a paused server takes no connections that
//! were accepted elsewhere.

use std::io;
use std::net::{self, TcpListener};

use actix_web::ResponseError;
use actix_web::body::MessageBody;
use actix_web::http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use actix_web::rt::net::TcpStream;
use metrics::counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tracing::debug;

use super::stopping::Connection;
use crate::observe::metrics::API_ERRORS;
use crate::request::security_headers::always;
use crate::settings::StopConfig;
use identity_actix::ApiError;

/// Returns the connections that wait at `listener`, whose server is paused, and closes it: later connections are
/// refused.
///
/// Dropping the listener would not close it, because the server holds the same socket.
pub(crate) fn close(listener: &TcpListener) -> Vec<net::TcpStream> {
    let mut waiting = Vec::new();
    // `accept` does not block: the socket is shared with the server, which made it non-blocking.
    while let Ok((stream, _)) = listener.accept() {
        waiting.push(stream);
    }
    if let Err(error) = shut(listener) {
        debug!("the port is closed with the server only: {error}");
    }
    waiting
}

#[cfg(unix)]
fn shut(listener: &TcpListener) -> io::Result<()> {
    // The standard library can shut down streams only; to the system both are sockets.
    let socket = std::os::fd::OwnedFd::from(listener.try_clone()?);
    net::TcpStream::from(socket).shutdown(net::Shutdown::Both)
}

#[cfg(not(unix))]
fn shut(_: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Responds to one request that the service is stopping.
pub(crate) async fn respond(stream: net::TcpStream, connection: Connection, config: StopConfig) {
    let max_head_bytes = config.turned_away_max_head_bytes;
    let refused = refuse(stream, &connection, max_head_bytes);
    if !matches!(
        timeout(config.turned_away_timeout, refused).await,
        Ok(Ok(()))
    ) {
        debug!("a connection of the last moment got no response");
    }
}

async fn refuse(
    stream: net::TcpStream,
    connection: &Connection,
    max_head_bytes: usize,
) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut stream = TcpStream::from_std(stream)?;
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < max_head_bytes {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    connection.speaks();
    stream.write_all(&problem()).await?;
    stream.shutdown().await?;
    // Closing with unread data would discard the response (RFC 9112, section 9.6).
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Returns the response, serialized. The request was not processed, so the client may retry it with another instance.
fn problem() -> Vec<u8> {
    let error = ApiError::stopping();
    counter!(API_ERRORS, "code" => error.code().as_str()).increment(1);
    let (response, body) = error.error_response().into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    let mut headers = response.headers().clone();
    always(&mut headers);
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(CONTENT_LENGTH, body.len().into());
    for (name, value) in &headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            text.extend_from_slice(part);
        }
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(&body);
    text
}

#[cfg(test)]
#[path = "turned_away_tests.rs"]
mod tests;
