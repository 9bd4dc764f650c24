//! A listener on this machine that the browser brings one response to (RFC 8252, section 7.3).

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Host, Url};

/// A browser opens connections ahead; more than these wait.
const MOST_CONNECTIONS: usize = 16;
const LARGEST_HEAD_BYTES: usize = 16 * 1024;
/// For one request, and for one response.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The listener.
pub struct Callback {
    listener: TcpListener,
    redirect_uri: Url,
}

/// What the browser brought. It waits for a page.
pub struct Visit {
    stream: TcpStream,
    /// The query of the address, as it was sent.
    pub query: String,
}

impl Callback {
    /// Listens at this address of this machine, at a free port if it has none. Errors: the port is taken.
    pub async fn bind(redirect_uri: &Url) -> Result<Self> {
        // A name leads to IPv4 here: the listener is for this machine alone, whatever else the name means.
        let host = match redirect_uri.host() {
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Ipv4(address)) => address.into(),
            _ => std::net::IpAddr::from([127, 0, 0, 1]),
        };
        let port = redirect_uri.port().unwrap_or(0);
        let listener = TcpListener::bind((host, port)).await.with_context(|| {
            format!("cannot listen at {redirect_uri}, so set --redirect-uri to another port, or to none for a free one")
        })?;
        let mut redirect_uri = redirect_uri.clone();
        // Fails only for addresses without a host.
        let _ = redirect_uri.set_port(Some(listener.local_addr()?.port()));
        Ok(Self {
            listener,
            redirect_uri,
        })
    }

    /// Returns the address, with its port.
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// Waits for the first request for the address, and then listens no longer. Requests for others, such as a browser's
    /// for an icon, are 404.
    pub async fn visit(self) -> Result<Visit> {
        let mut connections = JoinSet::new();
        loop {
            select! {
                accepted = self.listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    let path = self.redirect_uri.path().to_owned();
                    let (stream, _) = accepted?;
                    connections.spawn(timeout(TIME_LIMIT, read(stream, path)));
                }
                Some(read) = connections.join_next() => {
                    if let Ok(Ok(Some(visit))) = read {
                        return Ok(visit);
                    }
                }
            }
        }
    }
}

impl Visit {
    /// Shows whether the sign-in worked; what went wrong is for the terminal.
    pub async fn respond(self, is_good: bool) {
        let (status, sentence) = match is_good {
            true => (
                "200 OK",
                "You can close this page: the terminal has the rest.",
            ),
            false => (
                "400 Bad Request",
                "The sign-in did not work: the terminal says why.",
            ),
        };
        respond(self.stream, status, sentence).await;
    }
}

/// Reads one request. Returns `None` if it is for another address.
async fn read(mut stream: TcpStream, path: String) -> Option<Visit> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let room = LARGEST_HEAD_BYTES.checked_sub(head.len())?;
        let mut part = (&mut stream).take(room as u64);
        if part.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8(head).ok()?;
    let mut line = head.lines().next()?.split(' ');
    let (method, target) = (line.next()?, line.next()?);
    let (asked, query) = target.split_once('?').unwrap_or((target, ""));
    if method == "GET" && asked == path {
        let query = query.to_owned();
        return Some(Visit { stream, query });
    }
    respond(stream, "404 Not Found", "There is nothing here.").await;
    None
}

/// Sends a page. A browser that is gone misses nothing.
async fn respond(mut stream: TcpStream, status: &str, sentence: &str) {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>identity</title><p>{sentence}</p></html>\n"
    );
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    let send = async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await
    };
    drop(timeout(TIME_LIMIT, send).await);
}

/// Reads an address that the browser can bring a response to.
pub fn address(text: &str) -> Result<Url, String> {
    let expected = "expected an address of this machine, such as http://127.0.0.1/callback";
    let url = Url::parse(text).ok().filter(|url| {
        let is_plain = url.query().is_none() && url.fragment().is_none();
        let is_here = identity_core::http::is_loopback(url);
        is_plain && is_here && url.scheme() == "http" && url.authority() == host_and_port(url)
    });
    url.ok_or_else(|| expected.to_owned())
}

/// Returns the authority of the address without a user.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
