//! Endpoints that the discovery document names.

use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::{Authenticator, VerifyError};
use serde_json::{Value, json};
use std::sync::Arc;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::introspection::{AUDIENCE, INTROSPECT, NOW, SECRET, TOKEN, active, ok, refusal, serve};

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn authenticator(server: &MockServer) -> Authenticator {
    let provider = Oidc::new(OidcConfig::new(&server.uri(), AUDIENCE)).unwrap();
    let endpoint = IntrospectionEndpoint::Discovered;
    let config = IntrospectionConfig::new(endpoint, "an api:1", SECRET);
    Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
        // Another host for keys is no other host for secrets.
        .key_set_hosts(["other.example.com"])
        .clock(Arc::new(TestClock::at(NOW)))
        .introspection(config)
        .build()
        .unwrap()
}

async fn publish(server: &MockServer, endpoint: Value, times: u64) {
    let mut document = json!({
        "issuer": server.uri(), "jwks_uri": format!("{}/jwks", server.uri()), "introspection_endpoint": endpoint,
    });
    if endpoint.is_null() {
        document
            .as_object_mut()
            .unwrap()
            .remove("introspection_endpoint");
    }
    let mock = Mock::given(method("GET")).and(path(DISCOVERY));
    let mock = mock.respond_with(ok(&document)).up_to_n_times(times);
    mock.expect(times).mount(server).await;
}

#[tokio::test]
async fn the_secret_is_sent_to_no_other_host() {
    for (endpoint, expected) in [
        (
            json!("https://evil.example/introspect"),
            "is on evil.example",
        ),
        (
            json!("https://other.example.com/introspect"),
            "is on other.example.com",
        ),
        (json!("/introspect"), "is not an http(s) URL"),
        (json!(5), "is not a string"),
        (Value::Null, "has no introspection_endpoint"),
    ] {
        let server = MockServer::start().await;
        publish(&server, endpoint, 1).await;
        let error = refusal(&authenticator(&server), TOKEN).await;
        assert!(matches!(error, VerifyError::Introspection(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn it_is_looked_up_once_and_again_after_a_failure() {
    let server = MockServer::start().await;
    publish(&server, json!(format!("{}/old", server.uri())), 1).await;
    publish(&server, json!(format!("{}{INTROSPECT}", server.uri())), 1).await;
    let old = Mock::given(path("/old")).respond_with(ResponseTemplate::new(404));
    old.expect(1).mount(&server).await;
    let response = active(json!({"iss": server.uri()}));
    serve(&server, ok(&response), 2).await;
    let authenticator = authenticator(&server);
    let error = refusal(&authenticator, TOKEN).await;
    assert!(
        error.to_string().contains("/old responded with 404"),
        "{error}"
    );
    for token in ["2YotnFZFa", "2YotnFZFb"] {
        assert!(authenticator.authenticate(token).await.is_ok());
    }
}
