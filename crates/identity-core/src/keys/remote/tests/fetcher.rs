//! When the discovery document is fetched again.

use std::time::Duration;

use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::discovery::DiscoveryConfig;
use crate::http::{HttpClient, HttpConfig};
use crate::keys::remote::fetcher::{Fetch, RemoteFetcher};
use crate::keys::remote::{KeyAddress, KeyRefresh, RemoteKeysConfig};
use crate::testing::TestKey;

fn fetcher(server: &MockServer, refresh: KeyRefresh) -> RemoteFetcher {
    let address = KeyAddress::Discovered(DiscoveryConfig {
        url: format!("{}/discovery", server.uri()).parse().unwrap(),
        issuers: vec![server.uri()],
        endpoint_hosts: Vec::new(),
    });
    let http = HttpClient::new(HttpConfig::default()).unwrap();
    RemoteFetcher::new(
        &RemoteKeysConfig {
            refresh,
            ..RemoteKeysConfig::new(address)
        },
        http,
    )
}

async fn serve(server: &MockServer, at: &str, answer: ResponseTemplate, times: u64) {
    let mock = Mock::given(path(at)).respond_with(answer);
    mock.up_to_n_times(times).expect(times).mount(server).await;
}

/// Returns a discovery document with the key set at this path.
fn document(server: &MockServer, keys: &str) -> ResponseTemplate {
    let uri = server.uri();
    ResponseTemplate::new(200)
        .set_body_json(json!({"issuer": uri, "jwks_uri": format!("{uri}{keys}")}))
}

fn key_set() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"keys": [TestKey::fixed().jwk()]}))
}

#[tokio::test]
async fn a_discovery_document_is_used_until_its_time_is_over() {
    for (ttl, documents) in [
        (KeyRefresh::default().discovery_ttl, 1),
        (Duration::ZERO, 3),
    ] {
        let server = MockServer::start().await;
        let discovery = document(&server, "/keys");
        serve(&server, "/discovery", discovery, documents).await;
        serve(&server, "/keys", key_set(), 3).await;
        let refresh = KeyRefresh {
            discovery_ttl: ttl,
            ..KeyRefresh::default()
        };
        let mut fetcher = fetcher(&server, refresh);
        for _ in 0..3 {
            assert!(fetcher.fetch().await.is_ok(), "{ttl:?}");
        }
    }
}

#[tokio::test]
async fn the_algorithms_that_the_document_offers_are_kept_with_the_keys() {
    for (offered, expected) in [
        (json!(["ES256", "RS256"]), &["ES256", "RS256"][..]),
        (json!("ES256"), &[]),
        (json!(null), &[]),
    ] {
        let server = MockServer::start().await;
        let uri = server.uri();
        let document = ResponseTemplate::new(200).set_body_json(json!({
            "issuer": uri, "jwks_uri": format!("{uri}/keys"), "id_token_signing_alg_values_supported": offered,
        }));
        serve(&server, "/discovery", document, 1).await;
        serve(&server, "/keys", key_set(), 2).await;
        let mut fetcher = fetcher(&server, KeyRefresh::default());
        for _ in 0..2 {
            let keys = fetcher.fetch().await.unwrap();
            assert_eq!(keys.offered_algorithms(), expected, "{offered}");
        }
    }
}

#[tokio::test]
async fn a_key_set_that_moved_is_found_again() {
    let server = MockServer::start().await;
    serve(&server, "/discovery", document(&server, "/old"), 1).await;
    serve(&server, "/discovery", document(&server, "/new"), 1).await;
    serve(&server, "/old", key_set(), 1).await;
    serve(&server, "/old", ResponseTemplate::new(404), 1).await;
    serve(&server, "/new", key_set(), 1).await;
    let mut fetcher = fetcher(&server, KeyRefresh::default());
    let mut fetched = Vec::new();
    for _ in 0..3 {
        fetched.push(fetcher.fetch().await.is_ok());
    }
    assert_eq!(fetched, [true, false, true]);
}
