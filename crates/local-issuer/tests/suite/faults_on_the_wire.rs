//! Over plain sockets, because a client library hides how an answer came.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use local_issuer::{Endpoint, Fault, Length, ProviderHandle};
use serde_json::json;

use crate::program::running;
use crate::support::{control_at, get, get_json, start};

const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// The head and the body of an answer, and what ended it.
struct Answer {
    head: String,
    body: Vec<u8>,
    end: Result<(), ErrorKind>,
}

impl Answer {
    fn length(&self) -> Option<usize> {
        let lower = self.head.to_ascii_lowercase();
        let line = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        line.map(|length| length.parse().unwrap())
    }
}

/// Sends a request and leaves the connection open.
fn ask(url: &str, more: &str) -> TcpStream {
    let url: url::Url = url.parse().unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: x\r\n{more}\r\n", url.path());
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Reads until the other side ends the connection.
fn read_all(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    let end = end.map_err(|error| error.kind());
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let at = at.map_or(0, |at| at + 4);
    let body = bytes.split_off(at);
    let head = String::from_utf8(bytes).unwrap();
    Answer { head, body, end }
}

async fn answer(provider: &ProviderHandle) -> Answer {
    let url = provider.jwks_url();
    tokio::task::spawn_blocking(move || read_all(ask(&url, "Connection: close\r\n")))
        .await
        .unwrap()
}

/// The answer with this fault, which is cleared again.
async fn faulty(provider: &ProviderHandle, fault: Fault) -> Answer {
    provider.fail(Endpoint::Jwks, fault).unwrap();
    let answer = answer(provider).await;
    provider.clear_faults();
    answer
}

/// The server is still there, and both sides answer.
async fn alive(issuer: &local_issuer::LocalIssuer) {
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        provider.clear_faults();
        assert_eq!(get(&provider.jwks_url()).await.status(), 200);
    }
}

#[tokio::test]
async fn a_closed_connection_has_no_byte_of_an_answer() {
    let issuer = start().await;
    let closed = faulty(issuer.auth0(), Fault::Close).await;
    assert_eq!(
        (closed.head.as_str(), closed.body.len(), closed.end),
        ("", 0, Ok(()))
    );
    alive(&issuer).await;
}

#[tokio::test]
async fn a_reset_connection_is_an_error_for_the_reader() {
    let issuer = start().await;
    let reset = faulty(issuer.auth0(), Fault::Reset).await;
    assert_eq!(
        (reset.head.as_str(), reset.end),
        ("", Err(ErrorKind::ConnectionReset))
    );
    alive(&issuer).await;
}

#[tokio::test]
async fn a_truncated_body_ends_before_its_length() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let genuine = answer(auth0).await;
    assert_eq!(genuine.length(), Some(genuine.body.len()));
    for bytes in [0, 1, 100] {
        let cut = faulty(auth0, Fault::Truncate(bytes)).await;
        assert!(cut.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", cut.head);
        assert_eq!(cut.length(), Some(genuine.body.len()));
        assert_eq!(cut.body, genuine.body[..bytes], "{bytes}");
    }
    let more = genuine.body.len() + 5;
    let cut = faulty(auth0, Fault::Truncate(more)).await;
    assert_eq!((cut.length(), cut.body), (Some(more + 1), genuine.body));
    alive(&issuer).await;
}

#[tokio::test]
async fn a_dripping_body_waits_before_each_piece_and_comes_whole() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let genuine = answer(auth0).await;
    let every = Duration::from_micros(10);
    let dripped = faulty(auth0, Fault::Drip { bytes: 7, every }).await;
    assert_eq!(
        (dripped.length(), dripped.body),
        (genuine.length(), genuine.body.clone())
    );

    let (bytes, every) = (1, FOREVER);
    let drip = Fault::Drip { bytes, every };
    auth0.fail(Endpoint::Jwks, drip).unwrap();
    let url = auth0.jwks_url();
    let head = tokio::task::spawn_blocking(move || {
        let mut stream = ask(&url, "Connection: close\r\n");
        let mut bytes = vec![0; 4096];
        let read = stream.read(&mut bytes).unwrap();
        bytes.truncate(read);
        (stream, String::from_utf8(bytes).unwrap())
    });
    let (stream, head) = head.await.unwrap();
    assert!(head.ends_with("\r\n\r\n"), "the head alone: {head}");
    auth0.clear_faults();
    let rest = tokio::task::spawn_blocking(move || {
        let (mut stream, mut rest) = (stream, Vec::new());
        stream.read_to_end(&mut rest).unwrap();
        rest
    });
    assert_eq!(
        rest.await.unwrap(),
        genuine.body,
        "cleared, it comes at once"
    );
    alive(&issuer).await;
}

#[tokio::test]
async fn a_grown_body_is_the_genuine_one_and_spaces() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let genuine = answer(auth0).await;
    for bytes in [100_000, 10] {
        auth0.fail(Endpoint::Jwks, Fault::grow(bytes)).unwrap();
        let grown = answer(auth0).await;
        let expected = genuine.body.len().max(usize::try_from(bytes).unwrap());
        assert_eq!(
            (grown.length(), grown.body.len()),
            (Some(expected), expected)
        );
        let (front, spaces) = grown.body.split_at(genuine.body.len());
        assert_eq!(front, genuine.body);
        assert!(spaces.iter().all(|byte| *byte == b' '));
        assert!(get_json(&auth0.jwks_url()).await["keys"].is_array());
        auth0.clear_faults();
    }
    let chunked = Fault::Grow {
        bytes: 100_000,
        length: Length::Chunked,
    };
    let grown = faulty(auth0, chunked).await;
    assert_eq!(grown.length(), None);
    assert!(
        grown
            .head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
    );
    assert!(grown.body.ends_with(b"0\r\n\r\n") && grown.body.len() > 100_000);
    alive(&issuer).await;
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_does_no_harm() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    auth0.fail(Endpoint::Jwks, Fault::grow(1 << 30)).unwrap();
    let url = auth0.jwks_url();
    let gone = tokio::task::spawn_blocking(move || {
        let mut bytes = [0; 100_000];
        ask(&url, "").read_exact(&mut bytes).unwrap();
    });
    gone.await.unwrap();
    alive(&issuer).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_answer_of_256_mib_takes_no_memory() {
    const SIZE: u64 = 256 * 1024 * 1024;
    let program = running().await;
    let fault = json!({ "endpoint": "jwks", "fault": { "grow": { "bytes": SIZE } } });
    let (status, _) = control_at(&program.auth0_url, "faults", &fault).await;
    assert_eq!(status, 200);
    let before = program.peak_memory_bytes();
    let url = format!("{}/.well-known/jwks.json", program.auth0_url);
    let read = tokio::task::spawn_blocking(move || {
        let mut stream = ask(&url, "Connection: close\r\n");
        let (mut total, mut bytes) = (0, vec![0; 1024 * 1024]);
        loop {
            match stream.read(&mut bytes).unwrap() {
                0 => return total,
                read => total += read as u64,
            }
        }
    });
    assert!(read.await.unwrap() > SIZE);
    let grown = program.peak_memory_bytes() - before;
    assert!(grown < SIZE / 16, "{grown} bytes more");
}
