//! Keys over real HTTP, from a server of each test's own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod answers;
mod discovery;
mod limits;
mod same_id;

use identity_core::discovery::{DiscoveryConfig, DiscoveryError};
use identity_core::http::{FetchError, HttpClient, HttpConfig};
use identity_core::keys::KeyLookupError;
use identity_core::keys::{KeyAddress, KeyFault, KeySource, RemoteKeys, RemoteKeysConfig};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const JWKS: &str = "/jwks.json";

/// The key of RFC 7515, appendix A.3.
fn jwks() -> Value {
    json!({"keys": [{
        "kty": "EC", "crv": "P-256", "kid": "k",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]})
}

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn serve(server: &MockServer, at: &str, answer: ResponseTemplate, times: u64) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(answer)
        .expect(times)
        .mount(server)
        .await;
}

/// Returns a valid discovery document of this server.
fn document(server: &MockServer) -> Value {
    json!({"issuer": server.uri(), "jwks_uri": address(server)})
}

/// Returns the keys of the issuer whose discovery document is on this server.
fn discovered(server: &MockServer, endpoint_hosts: &[&str]) -> RemoteKeys {
    let base = server.uri();
    let config = DiscoveryConfig {
        url: format!("{base}{DISCOVERY}").parse().unwrap(),
        issuers: vec![base],
        endpoint_hosts: endpoint_hosts.iter().map(|&host| host.to_owned()).collect(),
    };
    RemoteKeys::start(
        RemoteKeysConfig::new(KeyAddress::Discovered(config)),
        HttpClient::new(HttpConfig::default()).unwrap(),
    )
}

/// Returns the address of the key set on this server.
fn address(server: &MockServer) -> String {
    format!("{}{JWKS}", server.uri())
}

/// Returns the keys at this URL.
fn fixed(address: &str) -> RemoteKeys {
    fixed_over(address, HttpConfig::default())
}

/// Like [`fixed`], with other settings of the client.
fn fixed_over(address: &str, http: HttpConfig) -> RemoteKeys {
    let address = KeyAddress::Fixed(address.parse().unwrap());
    RemoteKeys::start(
        RemoteKeysConfig::new(address),
        HttpClient::new(http).unwrap(),
    )
}

/// Returns why there are no keys.
async fn fault(keys: &RemoteKeys) -> KeyFault {
    match keys.with_key("k").await {
        Err(KeyLookupError::Unavailable(error)) => error.fault,
        other => panic!("{other:?}"),
    }
}

/// Returns the error of the discovery document.
async fn discovery_fault(keys: &RemoteKeys) -> DiscoveryError {
    match fault(keys).await {
        KeyFault::Discovery(error) => error,
        other => panic!("{other:?}"),
    }
}

/// Returns the error of the fetch.
async fn fetch_fault(keys: &RemoteKeys) -> FetchError {
    match fault(keys).await {
        KeyFault::Fetch(error) | KeyFault::Discovery(DiscoveryError::Fetch(error)) => error,
        other => panic!("{other:?}"),
    }
}
