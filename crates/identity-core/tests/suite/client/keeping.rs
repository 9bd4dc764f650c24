//! How long a token is cached, and how often one is requested.

use std::sync::Arc;
use std::time::Duration;

use identity_core::client::TokenClientConfig;
use serde_json::json;
use tokio::task::JoinSet;
use wiremock::{MockServer, ResponseTemplate};

use crate::client::{SECRET, client, config, granted, ok, serve_discovery, serve_token};

#[tokio::test]
async fn callers_that_come_together_share_one_request() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, ok(&granted("t")), 1).await;
    let client = Arc::new(client(config(&server)));
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let client = Arc::clone(&client);
        callers.spawn(async move { client.token().await.unwrap().secret().to_owned() });
    }
    assert!(callers.join_all().await.iter().all(|token| token == "t"));
    assert_eq!(
        client.token().await.unwrap().secret(),
        "t",
        "and later ones find it kept"
    );
}

#[tokio::test]
async fn a_forgotten_token_is_replaced_without_looking_up_the_endpoint_again() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, ok(&granted("first")), 1).await;
    serve_token(&server, ok(&granted("second")), 1).await;
    let client = client(config(&server));
    let first = client.token().await.unwrap();
    client.forget();
    let second = client.token().await.unwrap();
    assert_eq!((first.secret(), second.secret()), ("first", "second"));
}

#[tokio::test]
async fn a_token_is_not_kept_where_its_lifetime_is_not_known() {
    for lifetime in [json!(null), json!(0), json!(-5), json!(1e300), json!(1e19)] {
        let server = MockServer::start().await;
        serve_discovery(&server, 1).await;
        let body = json!({"access_token": "t", "token_type": "bearer", "expires_in": lifetime});
        serve_token(&server, ok(&body), 2).await;
        let client = client(config(&server));
        assert_eq!(client.token().await.unwrap().secret(), "t", "{lifetime}");
        assert_eq!(client.token().await.unwrap().secret(), "t", "{lifetime}");
        server.verify().await;
    }
}

#[tokio::test]
async fn a_token_that_lives_shorter_than_it_would_be_renewed_before_is_kept_for_half_its_life() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    serve_token(&server, ok(&granted("t")), 1).await;
    let config = TokenClientConfig {
        renew_before: Duration::MAX,
        ..config(&server)
    };
    let client = client(config);
    for _ in 0..3 {
        assert_eq!(
            client.token().await.unwrap().lifetime(),
            Some(Duration::from_secs(3600))
        );
    }
}

#[tokio::test]
async fn after_a_failure_the_endpoint_is_looked_up_again() {
    let server = MockServer::start().await;
    serve_discovery(&server, 2).await;
    serve_token(&server, ok(&granted("first")), 1).await;
    serve_token(&server, ResponseTemplate::new(404), 1).await;
    serve_token(&server, ok(&granted("second")), 1).await;
    let client = client(config(&server));
    client.token().await.unwrap();
    client.forget();
    assert!(client.token().await.is_err());
    assert_eq!(client.token().await.unwrap().secret(), "second");
}

#[tokio::test]
async fn debug_shows_neither_token_nor_secret() {
    let server = MockServer::start().await;
    serve_discovery(&server, 1).await;
    let mut body = granted("the-token-itself");
    body["scope"] = json!("read:messages");
    serve_token(&server, ok(&body), 1).await;
    let config = config(&server);
    let client = client(config.clone());
    let token = client.token().await.unwrap();
    assert_eq!(
        (token.scope(), token.lifetime()),
        (Some("read:messages"), Some(Duration::from_secs(3600)))
    );
    let shown = format!("{token:?} {token:#?} {client:?} {client:#?} {config:?} {config:#?}");
    for secret in ["the-token-itself", SECRET, "s3cret"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}
