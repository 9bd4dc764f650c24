//! Sends requests: the one file that makes an HTTP client, and what no HTTP client would send, byte by byte.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::{Call, Response};

/// A client for plain HTTP on this machine or network: no proxy, no redirects, no kept connections, so that a server
/// that was stopped has nothing to wait for.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
pub(crate) fn client() -> Result<Client> {
    Ok(Client::builder()
        .timeout(Duration::from_secs(30))
        .redirect(Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        // The services under test speak plain HTTP, and a machine without a CA bundle must be able to reach them.
        .tls_certs_only([])
        .build()?)
}

/// Sends `call` to the service at `base_url`.
pub(crate) async fn send(client: &Client, base_url: &str, call: &Call) -> Result<Response> {
    let method = Method::from_bytes(call.method.as_bytes())?;
    let mut request = client.request(method, format!("{base_url}{}", call.path));
    for (name, value) in &call.headers {
        // Added, not set: a header may be there twice.
        request = request.header(name.as_str(), HeaderValue::from_bytes(value)?);
    }
    if let Some(body) = &call.body {
        request = request.body(body.clone());
    }
    let sent = request.send().await;
    let received = sent.with_context(|| format!("no response to {call:?}"))?;
    let headers = received.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let mut response = Response {
        status: received.status().as_u16(),
        headers: headers.collect(),
        body: received.bytes().await?.to_vec(),
    };
    // Browsers read gzip, and so does this client: reqwest's own decoder would hide the header that says so.
    if response.header("content-encoding") == Some("gzip") {
        let mut body = Vec::new();
        GzDecoder::new(response.body.as_slice()).read_to_end(&mut body)?;
        response.body = body;
    }
    Ok(response)
}

/// Sends these bytes and reads until the server closes; `None` if it closed without a response. The bytes should ask for
/// that with `Connection: close`.
pub(crate) async fn send_bytes(base_url: &str, request: &[u8]) -> Result<Option<Response>> {
    let authority = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).await?;
    // A server that has read enough may close before it has read everything: what counts is what it sent.
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut bytes).await {}
    match bytes.as_slice() {
        [] => Ok(None),
        bytes => parse(bytes).map(Some),
    }
}

/// Parses the head and the body of a response that ends with its connection.
pub(crate) fn parse(bytes: &[u8]) -> Result<Response> {
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = bytes.split_at(split.context("a response without the end of its head")?);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    Ok(Response {
        status: status.context("a response without a status")?.parse()?,
        headers: lines.filter_map(header).collect(),
        body: body.get(4..).unwrap_or_default().to_vec(),
    })
}
