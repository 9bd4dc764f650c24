//! Checks that every route enforces the policy of its row in the access table, and what one of them responds with, with
//! local keys: no other program is needed.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use identity_core::providers::{Auth0, Auth0Config};
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::{Value, json};
use service_kit::Service;
use service_kit::testing::{Rights, access_faults};

use auth0_api::server;

const AUDIENCE: &str = "https://api.example.com";

fn settings() -> Auth0Config {
    Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE)
}

/// Returns the service, which accepts tokens with a signature of `key`.
async fn service(key: &TestKey) -> Service {
    let provider = Auth0::new(settings()).unwrap();
    let authenticator = Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[key])))
        .build()
        .unwrap();
    server::service(authenticator, settings())
}

/// Returns the claims of a token with these rights.
fn claims(rights: &Rights) -> Value {
    let (now, settings) = (SystemClock.now().seconds(), settings());
    json!({
        "iss": settings.issuer, "aud": [AUDIENCE], "sub": "auth0|1", "iat": now, "exp": now + 600.0,
        "azp": "client", "scope": rights.scopes.join(" "), "permissions": rights.permissions,
        settings.roles_claim: rights.roles,
    })
}

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let key = TestKey::fixed();
    let faults = access_faults(&service(&key).await, &key, claims).await;
    assert_eq!(faults, Vec::<String>::new());
}

#[actix_web::test]
async fn messages_are_read_with_their_scope_only() {
    let key = TestKey::fixed();
    let app = init_service(service(&key).await.app()).await;
    for (scope, status, subject) in [
        ("write:messages", 403, Value::Null),
        ("read:messages", 200, json!("auth0|1")),
    ] {
        let rights = Rights {
            scopes: vec![scope.to_owned()],
            ..Rights::default()
        };
        let token = key.token(&claims(&rights));
        let request = TestRequest::get()
            .uri("/api/private-scoped/readonly")
            .insert_header((AUTHORIZATION, format!("Bearer {token}")));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), status, "{scope}");
        let body: Value = read_body_json(response).await;
        assert_eq!(body["sub"], subject, "{scope}");
    }
}
