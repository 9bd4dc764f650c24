//! Keys that an authenticator takes over from another one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::Authenticator;
use crate::http::HttpConfig;
use crate::keys::{KeyRefresh, KeyStatus};
use crate::providers::{Oidc, OidcConfig};
use crate::testing::{TestClock, TestKey};

const NOW: f64 = 1_700_000_000.0;

fn issuer(name: &str, server: &MockServer, audience: &str) -> Oidc {
    let config = OidcConfig {
        jwks_url: Some(format!("{}/{name}", server.uri()).parse().unwrap()),
        ..OidcConfig::new(&format!("https://{name}.example.com"), audience)
    };
    Oidc::new(config).unwrap()
}

fn token(name: &str, audience: &str) -> String {
    let issuer = format!("https://{name}.example.com");
    let claims: Value =
        json!({"iss": issuer, "aud": audience, "sub": "U1", "iat": NOW, "exp": NOW + 600.0});
    TestKey::fixed().token(&claims)
}

/// Returns a server with the key sets `/one`, `/two` and `/three`.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(json!({"keys": [TestKey::fixed().jwk()]}));
    for at in ["/one", "/two", "/three"] {
        let mock = Mock::given(path(at)).respond_with(keys.clone());
        mock.mount(&server).await;
    }
    server
}

async fn fetches(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let mut paths: Vec<_> = requests
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn only_the_keys_of_another_issuer_are_fetched() {
    let server = server().await;
    let clock = Arc::new(TestClock::at(NOW));
    let builder = Authenticator::builder(issuer("one", &server, "a")).clock(clock.clone());
    let old = builder.and(issuer("two", &server, "a")).build().unwrap();
    old.first_keys().await.unwrap();
    assert_eq!(fetches(&server).await, ["/one", "/two"]);
    for _ in 0..3 {
        old.authenticate(&token("one", "a")).await.unwrap();
    }

    // Another audience, and another issuer in place of the second.
    let builder = Authenticator::builder(issuer("one", &server, "b")).clock(clock);
    let builder = builder.and(issuer("three", &server, "a")).keys_of(&old);
    let new = builder.build().unwrap();
    drop(old);
    new.first_keys().await.unwrap();
    assert_eq!(fetches(&server).await, ["/one", "/three", "/two"]);
    let refused = new.authenticate(&token("one", "a")).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_claims", "no token is taken over");
    for accepted in [token("one", "b"), token("three", "a")] {
        new.authenticate(&accepted).await.unwrap();
    }
    let refused = new.authenticate(&token("two", "a")).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_claims");
}

#[tokio::test]
async fn keys_that_are_to_be_fetched_in_another_way_are_not_taken_over() {
    let server = server().await;
    let builder = || Authenticator::builder(issuer("one", &server, "a"));
    let old = builder().build().unwrap();
    old.first_keys().await.unwrap();
    let sooner = KeyRefresh {
        ttl: Duration::from_secs(60),
        ..KeyRefresh::default()
    };
    let slower = HttpConfig {
        timeout: Duration::from_secs(9),
        ..HttpConfig::default()
    };
    for (count, builder) in [
        (1, builder()),
        (2, builder().key_refresh(sooner)),
        (3, builder().http(slower)),
    ] {
        let new = builder.keys_of(&old).build().unwrap();
        new.first_keys().await.unwrap();
        assert_eq!(fetches(&server).await.len(), count);
    }
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_an_error_unless_they_were_missing_before() {
    let nowhere = || {
        let config = OidcConfig {
            jwks_url: Some("http://127.0.0.1:1/keys".parse().unwrap()),
            ..OidcConfig::new("https://id.example.com", "a")
        };
        Authenticator::builder(Oidc::new(config).unwrap())
    };
    let old = nowhere().build().unwrap();
    let missing = old.first_keys().await.unwrap_err();
    assert_eq!(missing.issuer, "https://id.example.com");
    assert!(matches!(
        missing.keys,
        KeyStatus::Starting { reason: Some(_) }
    ));
    let new = nowhere().keys_of(&old).build().unwrap();
    assert!(new.first_keys().await.is_ok());
}
