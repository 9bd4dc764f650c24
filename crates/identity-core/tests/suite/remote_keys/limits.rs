//! Size limits and timeouts.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use identity_core::http::{FetchError, HttpConfig};
use identity_core::keys::KeySource;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use crate::remote_keys::{JWKS, address, answer, fetch_fault, fixed_over, jwks, serve};

fn small() -> HttpConfig {
    HttpConfig {
        max_bytes: 1000,
        ..HttpConfig::default()
    }
}

/// Starts a server that responds to one request with these bytes and disconnects: no HTTP library would send some of
/// them.
pub(crate) fn answers_with(response: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}{JWKS}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let _ = stream.write_all(&response); // the client may have disconnected
    });
    address
}

#[tokio::test]
async fn a_document_over_the_size_limit_is_refused() {
    let server = MockServer::start().await;
    let mut padded = jwks();
    padded["padding"] = json!("x".repeat(1000));
    serve(&server, JWKS, answer(&padded), 1).await;
    let url = address(&server);
    let error = fetch_fault(&fixed_over(&url, small())).await;
    assert_eq!(error, FetchError::TooLarge { url, limit: 1000 });
}

#[tokio::test]
async fn the_size_limit_needs_no_content_length() {
    let body = |length: usize| {
        let text = jwks().to_string();
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    let until_the_end = |length: usize| format!("HTTP/1.1 200 OK\r\n\r\n{}", body(length));
    let chunked = |length: usize| {
        let body = body(length);
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        )
    };
    for response in [
        until_the_end(1001),
        chunked(1001),
        until_the_end(1_000_000),
        chunked(1_000_000),
    ] {
        let url = answers_with(response.into_bytes());
        let error = fetch_fault(&fixed_over(&url, small())).await;
        assert_eq!(error, FetchError::TooLarge { url, limit: 1000 });
    }
    for response in [until_the_end(1000), chunked(1000)] {
        let keys = fixed_over(&answers_with(response.into_bytes()), small());
        assert!(keys.with_key("k").await.is_ok(), "just the limit");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_refused() {
    let timeout = Duration::from_millis(100);
    let http = || HttpConfig {
        timeout,
        ..HttpConfig::default()
    };
    let server = MockServer::start().await;
    let late = answer(&jwks()).set_delay(Duration::from_secs(3600));
    Mock::given(any()).respond_with(late).mount(&server).await;
    let url = address(&server);
    let error = fetch_fault(&fixed_over(&url, http())).await;
    assert_eq!(error, FetchError::Timeout { url, timeout });

    // The head of the response is sent at once, the rest of its body never.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{JWKS}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{")
            .unwrap();
        let _ = stream.read_to_end(&mut Vec::new()); // until the client disconnects
    });
    let error = fetch_fault(&fixed_over(&url, http())).await;
    assert!(matches!(error, FetchError::Timeout { .. }), "{error}");
    server.join().unwrap();
}
