//! Tokens over real HTTP, from a server of each test's own.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod answers;
mod keeping;
mod requests;

use std::time::Duration;

use identity_core::client::{
    ClientAuthentication, TokenClient, TokenClientConfig, TokenClientError,
};
use identity_core::discovery::DiscoveryConfig;
use identity_core::http::{HttpClient, HttpConfig};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const TOKEN: &str = "/oauth/token";
const SECRET: &str = "s3cret+/= &:é%";

fn config(server: &MockServer) -> TokenClientConfig {
    TokenClientConfig {
        discovery: DiscoveryConfig {
            url: format!("{}{DISCOVERY}", server.uri()).parse().unwrap(),
            issuers: vec![server.uri()],
            endpoint_hosts: Vec::new(),
        },
        client_id: "a client:1".to_owned(),
        client_secret: SECRET.into(),
        authentication: ClientAuthentication::Post,
        scope: None,
        audience: None,
        renew_before: Duration::from_secs(30),
    }
}

fn client(config: TokenClientConfig) -> TokenClient {
    TokenClient::new(config, HttpClient::new(HttpConfig::default()).unwrap())
}

/// Serves a valid discovery document, and expects this many requests.
async fn serve_discovery(server: &MockServer, times: u64) {
    let endpoint = format!("{}{TOKEN}", server.uri());
    serve_discovery_of(server, Some(&endpoint), times).await;
}

/// Like [`serve_discovery`], with another token endpoint or without one.
async fn serve_discovery_of(server: &MockServer, endpoint: Option<&str>, times: u64) {
    let mut document = json!({
        "issuer": server.uri(),
        "jwks_uri": format!("{}/jwks", server.uri()),
    });
    if let Some(endpoint) = endpoint {
        let members = document.as_object_mut().unwrap();
        members.insert("token_endpoint".to_owned(), json!(endpoint));
    }
    let mock = Mock::given(method("GET")).and(path(DISCOVERY));
    let mock = mock.respond_with(ok(&document)).expect(times);
    mock.mount(server).await;
}

/// Serves a response of the token endpoint, and expects this many requests.
async fn serve_token(server: &MockServer, answer: ResponseTemplate, times: u64) {
    let mock = Mock::given(method("POST"))
        .and(path(TOKEN))
        .respond_with(answer);
    mock.up_to_n_times(times).expect(times).mount(server).await;
}

fn granted(token: &str) -> Value {
    json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// Returns the error for this response. It must contain neither the secret nor this part of the response.
async fn failure(answer: ResponseTemplate, of_the_answer: &str) -> TokenClientError {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, answer, 1).await;
    let client = client(config(&server));
    let error = client.token().await.unwrap_err();
    let shown = format!("{error} {error:?} {client:?}");
    for secret in [SECRET, "s3cret", of_the_answer] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    error
}
