//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use auth0_api::server;
use identity_core::providers::{Auth0, Auth0Config};
use identity_core::testing::TestIssuer;
use service_kit::testing::access_faults;

const AUDIENCE: &str = "https://api.example.com";

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let settings = Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE);
    let issuer = TestIssuer::of(Auth0::new(settings.clone()).unwrap());
    let service = server::service(issuer.authenticator(), settings);
    let faults = access_faults(&service, &issuer).await;
    assert_eq!(faults, Vec::<String>::new());
}
