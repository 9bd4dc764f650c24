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
use identity_core::providers::Oidc;
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::{Value, json};
use service_kit::Service;
use service_kit::store::DatabaseConfig;
use service_kit::testing::{Rights, access_faults};

use billing_api::{oidc_config, server};

const ISSUER: &str = "https://id.example.com/";

/// Returns the service, which accepts tokens with a signature of `key`.
async fn service(key: &TestKey) -> Service {
    let settings = oidc_config(ISSUER);
    let provider = Oidc::new(settings.clone()).unwrap();
    let authenticator = Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[key])))
        .build()
        .unwrap();
    let database = DatabaseConfig::at("sqlite::memory:");
    server::service(authenticator, settings, &database)
        .await
        .unwrap()
}

/// Returns the claims of a token with these rights.
fn claims(rights: &Rights) -> Value {
    let now = SystemClock.now().seconds();
    json!({
        "iss": ISSUER, "aud": ISSUER, "sub": "user", "org_id": "org", "iat": now, "exp": now + 600.0,
        "scopes": rights.scopes, "roles": rights.roles,
    })
}

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let key = TestKey::fixed();
    let faults = access_faults(&service(&key).await, &key, claims).await;
    assert_eq!(faults, Vec::<String>::new());
}

#[actix_web::test]
async fn billing_is_read_with_its_scope_only() {
    let key = TestKey::fixed();
    let app = init_service(service(&key).await.app()).await;
    for (scope, status, message) in [
        ("example_service.billing.write", 403, Value::Null),
        ("example_service.billing.read", 200, json!("Read billing")),
    ] {
        let rights = Rights {
            scopes: vec![scope.to_owned()],
            ..Rights::default()
        };
        let token = key.token(&claims(&rights));
        let request = TestRequest::get()
            .uri("/billing/")
            .insert_header((AUTHORIZATION, format!("Bearer {token}")));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), status, "{scope}");
        let body: Value = read_body_json(response).await;
        assert_eq!(body["message"], message, "{scope}");
    }
}
