//! Checks that every route enforces the policy of its row in the access table, and what one of them responds with, with
//! local keys: no other program is needed.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use billing_api::{oidc_config, server};
use identity_core::providers::Oidc;
use identity_core::testing::TestIssuer;
use serde_json::{Value, json};
use service_kit::Service;
use service_kit::store::DatabaseConfig;
use service_kit::testing::access_faults;

/// Returns the service, and the issuer whose tokens it accepts.
async fn service() -> (Service, TestIssuer) {
    let settings = oidc_config("https://id.example.com/");
    let issuer = TestIssuer::of(Oidc::new(settings.clone()).unwrap());
    let database = DatabaseConfig::at("sqlite::memory:");
    let service = server::service(issuer.authenticator(), settings, &database).await;
    (service.unwrap(), issuer)
}

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let (service, issuer) = service().await;
    let faults = access_faults(&service, &issuer).await;
    assert_eq!(faults, Vec::<String>::new());
}

#[actix_web::test]
async fn billing_is_read_with_its_scope_only() {
    let (service, issuer) = service().await;
    let app = init_service(service.app()).await;
    for (scope, status, message) in [
        ("example_service.billing.write", 403, Value::Null),
        ("example_service.billing.read", 200, json!("Read billing")),
    ] {
        let caller = issuer.caller("user").tenant("org").scope(scope);
        let request = TestRequest::get()
            .uri("/billing/")
            .insert_header(caller.bearer());
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), status, "{scope}");
        let body: Value = read_body_json(response).await;
        assert_eq!(body["message"], message, "{scope}");
    }
}
