//! What cannot be configured, and issuers without keys.

use std::sync::Arc;

use identity_core::http::HttpConfig;
use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};
use identity_core::keys::{KeyStatus, NoKeys};
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::TestKey;
use identity_core::{Authenticator, AuthenticatorError};
use serde_json::json;
use wiremock::MockServer;

use crate::introspection::{
    AUDIENCE, ISSUER, NOW, TOKEN, active, at, builder, oidc, ok, refusal, serve,
};

#[tokio::test]
async fn what_cannot_work_is_refused_when_it_is_built() {
    let plain = builder(oidc(), at("http://id.example.com"));
    let error = plain.build().map(drop).unwrap_err().to_string();
    let expected = "introspection endpoint: http://id.example.com/introspect is not https";
    assert!(error.starts_with(expected), "{error}");

    let strict = builder(oidc(), at("https://id.example.com")).rfc_9068_only();
    let error = strict.build().map(drop);
    assert!(
        matches!(error, Err(AuthenticatorError::OpaqueRfc9068)),
        "{error:?}"
    );

    let other = Oidc::issuer("https://other.example.com", AUDIENCE).unwrap();
    let two = builder(oidc(), at("https://id.example.com")).and(other);
    let two = two.introspection(at("https://other.example.com"));
    let error = two.build().map(drop);
    assert!(
        matches!(error, Err(AuthenticatorError::SeveralIntrospections)),
        "{error:?}"
    );

    let discovered = IntrospectionConfig::new(IntrospectionEndpoint::Discovered, "a", "b");
    let fixed = OidcConfig {
        jwks_url: Some("https://id.example.com/jwks".parse().unwrap()),
        ..oidc()
    };
    let error = builder(fixed, discovered).build().map(drop);
    assert!(
        matches!(error, Err(AuthenticatorError::NoDiscovery)),
        "{error:?}"
    );
}

#[tokio::test]
async fn plain_http_is_for_hosts_that_are_allowed() {
    let allowed = builder(oidc(), at("http://id.example.com")).http(HttpConfig {
        plain_http_hosts: vec!["id.example.com".to_owned()],
        ..HttpConfig::default()
    });
    assert!(allowed.build().is_ok());
}

/// The provider that was added last is the one whose tokens are opaque.
#[tokio::test]
async fn with_several_providers_the_rules_are_those_of_the_introspected_one() {
    let server = MockServer::start().await;
    serve(&server, ok(&active(json!({"iss": ISSUER}))), 1).await;
    serve(
        &server,
        ok(&active(json!({"iss": "https://other.example.com"}))),
        1,
    )
    .await;
    let provider = |issuer| Oidc::issuer(issuer, AUDIENCE).unwrap();
    let authenticator = Authenticator::builder(provider(ISSUER))
        .keys(Arc::new(NoKeys))
        .and(provider("https://other.example.com"))
        .keys(Arc::new(NoKeys))
        .introspection(at(&server.uri()))
        .clock(Arc::new(identity_core::testing::TestClock::at(NOW)))
        .build()
        .unwrap();
    assert_eq!(
        refusal(&authenticator, TOKEN).await.code(),
        "invalid_claims"
    );
    let caller = authenticator.authenticate(TOKEN).await.unwrap();
    assert_eq!(caller.principal().issuer, "https://other.example.com");
}

#[tokio::test]
async fn an_issuer_without_keys_has_opaque_tokens_only() {
    let server = MockServer::start().await;
    serve(&server, ok(&active(json!({}))), 1).await;
    let builder = builder(oidc(), at(&server.uri()));
    let authenticator = builder.keys(Arc::new(NoKeys)).build().unwrap();
    assert!(matches!(
        authenticator.key_status(),
        KeyStatus::Ready { keys: 0, .. }
    ));
    let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "U1", "exp": NOW + 600.0});
    let jwt = TestKey::fixed().token(&claims);
    assert_eq!(refusal(&authenticator, &jwt).await.code(), "key_not_found");
    assert!(authenticator.authenticate(TOKEN).await.is_ok());
}
