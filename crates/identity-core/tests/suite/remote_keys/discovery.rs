//! The URLs that a discovery document may contain.

use std::sync::Arc;

use identity_core::discovery::DiscoveryError;
use identity_core::http::{FetchError, HttpConfig};
use identity_core::keys::{KeySource, KeyStatus};
use serde_json::json;
use tokio::task::JoinSet;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer};

use crate::remote_keys::{
    DISCOVERY, JWKS, address, answer, discovered, discovery_fault, document, fetch_fault, fixed,
    fixed_over, jwks, serve,
};

#[tokio::test]
async fn a_thousand_requests_on_cold_keys_are_one_fetch_of_each_document() {
    let server = MockServer::start().await;
    for (at, body) in [(DISCOVERY, document(&server)), (JWKS, jwks())] {
        let user_agent = HttpConfig::default().user_agent;
        let mock = Mock::given(method("GET"))
            .and(path(at))
            .and(header("user-agent", user_agent.as_str()))
            .and(header("accept", "application/json"));
        let mock = mock.respond_with(answer(&body)).expect(1);
        mock.mount(&server).await;
    }
    let keys = Arc::new(discovered(&server, &[]));
    let mut requests = JoinSet::new();
    for _ in 0..1000 {
        let keys = Arc::clone(&keys);
        requests.spawn(async move { keys.with_key("k").await.unwrap().len() });
    }
    assert_eq!(requests.join_all().await, [1; 1000]);
    assert!(matches!(keys.status(), KeyStatus::Ready { keys: 1, .. }));
    server.verify().await;
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_refused() {
    let server = MockServer::start().await;
    let mut other = document(&server);
    other["issuer"] = json!("https://evil.example/");
    serve(&server, DISCOVERY, answer(&other), 1).await;
    serve(&server, JWKS, answer(&jwks()), 0).await;
    let error = discovery_fault(&discovered(&server, &[])).await;
    assert!(
        matches!(&error, DiscoveryError::IssuerMismatch { got, .. } if got == "https://evil.example/"),
        "{error}"
    );
}

#[tokio::test]
async fn a_discovery_document_without_a_key_set_is_refused() {
    let server = MockServer::start().await;
    let document = json!({"issuer": server.uri()});
    serve(&server, DISCOVERY, answer(&document), 1).await;
    let error = discovery_fault(&discovered(&server, &[])).await;
    let DiscoveryError::MissingMember { member, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(member, "jwks_uri");
}

#[tokio::test]
async fn a_key_set_on_a_foreign_host_is_for_allowed_hosts_only() {
    let server = MockServer::start().await;
    let mut document = document(&server);
    document["jwks_uri"] = json!(address(&server).replace("127.0.0.1", "localhost"));
    serve(&server, DISCOVERY, answer(&document), 2).await;
    serve(&server, JWKS, answer(&jwks()), 1).await;
    let error = discovery_fault(&discovered(&server, &["other.example"])).await;
    let DiscoveryError::ForeignHost { host, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(host, "localhost");
    let keys = discovered(&server, &["localhost"]);
    assert!(keys.with_key("k").await.is_ok());
    server.verify().await;
}

/// 0.0.0.0 connects to this machine but is not a loopback address, so the server would receive any request.
#[tokio::test]
async fn plain_http_to_another_host_sends_nothing() {
    let server = MockServer::start().await;
    serve(&server, JWKS, answer(&jwks()), 1).await;
    let url = address(&server).replace("127.0.0.1", "0.0.0.0");
    let error = fetch_fault(&fixed(&url)).await;
    assert_eq!(error, FetchError::Insecure(url.clone()));
    assert!(server.received_requests().await.unwrap().is_empty());
    let allowed = HttpConfig {
        plain_http_hosts: vec!["0.0.0.0".to_owned()],
        ..HttpConfig::default()
    };
    let keys = fixed_over(&url, allowed).with_key("k").await;
    assert!(keys.is_ok(), "unless that host is allowed");
}

#[tokio::test]
async fn a_discovery_document_without_tls_cannot_name_a_key_set_on_another_host() {
    let server = MockServer::start().await;
    let elsewhere = address(&server).replace("127.0.0.1", "0.0.0.0");
    let mut document = document(&server);
    document["jwks_uri"] = json!(elsewhere);
    serve(&server, DISCOVERY, answer(&document), 1).await;
    serve(&server, JWKS, answer(&jwks()), 0).await;
    let error = fetch_fault(&discovered(&server, &["0.0.0.0"])).await;
    let expected = FetchError::Insecure(elsewhere);
    assert_eq!(error, expected, "an allowed host needs TLS all the same");
}
