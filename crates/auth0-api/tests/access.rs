//! Checks that every route enforces the policy of its row in the access table, and what one of them responds with, with
//! local keys: no other program is needed.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it says"
)]

use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use auth0_api::server;
use identity_core::providers::{Auth0, Auth0Config};
use identity_core::testing::TestIssuer;
use serde_json::{Value, json};
use service_kit::Service;
use service_kit::testing::access_faults;

const AUDIENCE: &str = "https://api.example.com";

/// Returns the service, and the issuer whose tokens it accepts.
fn service() -> (Service, TestIssuer) {
    let settings = Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE);
    let issuer = TestIssuer::of(Auth0::new(settings.clone()).unwrap());
    (server::service(issuer.authenticator(), settings), issuer)
}

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let (service, issuer) = service();
    let faults = access_faults(&service, &issuer).await;
    assert_eq!(faults, Vec::<String>::new());
}

#[actix_web::test]
async fn messages_are_read_with_their_scope_only() {
    let (service, issuer) = service();
    let app = init_service(service.app()).await;
    for (scope, status, subject) in [
        ("write:messages", 403, Value::Null),
        ("read:messages", 200, json!("auth0|1")),
    ] {
        let caller = issuer.caller("auth0|1").scope(scope);
        let request = TestRequest::get()
            .uri("/api/private-scoped/readonly")
            .insert_header(caller.bearer());
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), status, "{scope}");
        let body: Value = read_body_json(response).await;
        assert_eq!(body["sub"], subject, "{scope}");
    }
}
