//! Responses that are not a key set.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity_core::discovery::DiscoveryError;
use identity_core::http::FetchError;
use identity_core::keys::{KeyFault, KeySource};
use wiremock::{MockServer, ResponseTemplate};

use crate::remote_keys::limits::answers_with;
use crate::remote_keys::{
    DISCOVERY, JWKS, address, answer, discovered, discovery_fault, document, fault, fetch_fault,
    fixed, jwks, serve,
};

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let page = ResponseTemplate::new(200).set_body_string("<html></html>");
    let server = MockServer::start().await;
    serve(&server, DISCOVERY, page.clone(), 1).await;
    let error = discovery_fault(&discovered(&server, &[])).await;
    assert!(matches!(error, DiscoveryError::NotJson { .. }), "{error}");
    serve(&server, JWKS, page, 1).await;
    let error = fault(&fixed(&address(&server))).await;
    assert!(matches!(error, KeyFault::KeySet(_)), "{error}");
}

#[tokio::test]
async fn a_compressed_answer_is_not_asked_for_and_not_unpacked() {
    // The key set of these tests, compressed with gzip. Decompressed data may be a thousand times as long as the data
    // read.
    let packed = "H4sIAAAAAAACA6tWyk6tLFayiq5Wyi6pVLJScnVW0lFKLioDMgN0jUzNgLzszBQgLxvIqgDSaRbG/l7GLkYVboZO6RZlpUmW\
        JT6phukevlVh5mapFiGlxZalAR5lQWGuoUAdICMr4t1cq4JKLXONzTx8/OJLSlPNTC19/Aoiws0KnCuDSzKzI7O8PcM9TRMNlGpjawEillAM\
        kwAAAA==";
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(STANDARD.decode(packed).unwrap(), "application/json");
    serve(&server, JWKS, answer, 1).await;
    let url = address(&server);
    let error = fetch_fault(&fixed(&url)).await;
    let encoding = "gzip".to_owned();
    assert_eq!(error, FetchError::Compressed { url, encoding });
    for request in server.received_requests().await.unwrap() {
        assert_eq!(request.headers.get("accept-encoding"), None);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_ignored() {
    let server = MockServer::start().await;
    for (path, body) in [(DISCOVERY, document(&server)), (JWKS, jwks())] {
        let marked = format!("\u{feff}{body}");
        let response = ResponseTemplate::new(200).set_body_raw(marked, "application/json");
        serve(&server, path, response, 1).await;
    }
    let keys = discovered(&server, &[]);
    assert!(keys.with_key("k").await.is_ok());
}

#[tokio::test]
async fn every_status_but_200_is_refused() {
    for status in [201, 204, 206, 304, 400, 404, 429, 500, 503] {
        let server = MockServer::start().await;
        serve(&server, DISCOVERY, answer(&document(&server)), 1).await;
        let refusal = ResponseTemplate::new(status).set_body_json(jwks());
        serve(&server, JWKS, refusal, 1).await;
        let error = fetch_fault(&discovered(&server, &[])).await;
        let url = address(&server);
        assert_eq!(error, FetchError::Status { url, status });
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        let redirect = ResponseTemplate::new(status).insert_header("location", "/elsewhere");
        serve(&server, JWKS, redirect, 1).await;
        serve(&server, "/elsewhere", answer(&jwks()), 0).await;
        let url = address(&server);
        let error = fetch_fault(&fixed(&url)).await;
        assert_eq!(error, FetchError::Status { url, status });
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_refused() {
    for response in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"keys\":[]}",
        "SSH-2.0-OpenSSH\r\n",
    ] {
        let url = answers_with(response.as_bytes().to_vec());
        let error = fetch_fault(&fixed(&url)).await;
        let is_broken = matches!(error, FetchError::Transport { .. });
        assert!(is_broken, "{response}: {error}");
    }
}
