//! Requests to the token endpoint.

use identity_core::client::{ClientAuthentication, TokenClientError};
use identity_core::discovery::DiscoveryError;
use url::form_urlencoded;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::{
    SECRET, TOKEN, client, config, granted, ok, serve_discovery, serve_discovery_of, serve_token,
};

/// Returns the `Authorization` header and the form of the only token request.
async fn sent(server: &MockServer) -> (Option<String>, Vec<(String, String)>) {
    let requests = server.received_requests().await.unwrap();
    let posts: Vec<_> = requests
        .iter()
        .filter(|request| request.url.path() == TOKEN)
        .collect();
    assert_eq!(posts.len(), 1);
    let post = posts.first().unwrap();
    let form_type = "application/x-www-form-urlencoded";
    assert_eq!(post.headers.get("content-type").unwrap(), form_type);
    let authorization = post
        .headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    (
        authorization,
        form_urlencoded::parse(&post.body).into_owned().collect(),
    )
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn post_sends_the_secret_in_the_form() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, ok(&granted("t")), 1).await;
    let mut config = config(&server);
    config.scope = Some("read:messages write:messages".to_owned());
    config.audience = Some("https://api.example/?a=b&c".to_owned());
    assert_eq!(client(config).token().await.unwrap().secret(), "t");
    let form = pairs(&[
        ("grant_type", "client_credentials"),
        ("scope", "read:messages write:messages"),
        ("audience", "https://api.example/?a=b&c"),
        ("client_id", "a client:1"),
        ("client_secret", SECRET),
    ]);
    assert_eq!(sent(&server).await, (None, form));
}

/// RFC 6749, section 2.3.1: each part is form-encoded, so that a colon in the id cannot end it.
#[tokio::test]
async fn basic_sends_form_encoded_credentials_in_the_header_alone() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, ok(&granted("t")), 1).await;
    let mut config = config(&server);
    config.authentication = ClientAuthentication::Basic;
    client(config).token().await.unwrap();
    // a%20client%3A1:s3cret%2B%2F%3D%20%26%3A%C3%A9%25
    let header = "Basic YSUyMGNsaWVudCUzQTE6czNjcmV0JTJCJTJGJTNEJTIwJTI2JTNBJUMzJUE5JTI1";
    let form = pairs(&[("grant_type", "client_credentials")]);
    assert_eq!(sent(&server).await, (Some(header.to_owned()), form));
}

#[tokio::test]
async fn a_secret_is_not_sent_to_another_host() {
    for (endpoint, expected) in [
        ("https://evil.example/token", "is on evil.example"),
        ("http://localhost/token", "is on localhost"),
        ("", "is not an http(s) URL"),
    ] {
        let server = MockServer::start().await;
        serve_discovery_of(&server, Some(endpoint), 1).await;
        let error = client(config(&server)).token().await.unwrap_err();
        let expected = format!("token_endpoint {expected}");
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(error.code(), "discovery_failed", "{endpoint}");
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1, "{endpoint}");
    }
}

#[tokio::test]
async fn a_provider_without_a_token_endpoint_is_an_error() {
    let server = MockServer::start().await;
    serve_discovery_of(&server, None, 1).await;
    let error = client(config(&server)).token().await.unwrap_err();
    let TokenClientError::Discovery(DiscoveryError::MissingMember { member, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(member, "token_endpoint");
}

#[tokio::test]
async fn a_secret_is_not_sent_after_a_redirect() {
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        serve_discovery(&server, 1).await;
        let redirect = ResponseTemplate::new(status).insert_header("location", "/elsewhere");
        serve_token(&server, redirect, 1).await;
        Mock::given(path("/elsewhere"))
            .respond_with(ok(&granted("t")))
            .expect(0)
            .mount(&server)
            .await;
        let error = client(config(&server)).token().await.unwrap_err();
        assert_eq!(error.code(), "token_answer_unreadable", "{error}");
    }
}
