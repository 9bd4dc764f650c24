//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use billing_api::{oidc_config, server};
use identity_core::providers::Oidc;
use identity_core::testing::TestIssuer;
use service_kit::store::DatabaseConfig;
use service_kit::testing::access_faults;

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let settings = oidc_config("https://id.example.com/");
    let issuer = TestIssuer::of(Oidc::new(settings.clone()).unwrap());
    let database = DatabaseConfig::at("sqlite::memory:");
    let service = server::service(issuer.authenticator(), settings, &database).await;
    let faults = access_faults(&service.unwrap(), &issuer).await;
    assert_eq!(faults, Vec::<String>::new());
}
