//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use descope_api::server;
use identity_core::providers::{Descope, DescopeConfig};
use identity_core::testing::TestIssuer;
use service_kit::store::DatabaseConfig;
use service_kit::testing::access_faults;

const PROJECT: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let settings = DescopeConfig::new(PROJECT.parse().unwrap(), None).unwrap();
    let issuer = TestIssuer::of(Descope::new(settings.clone()));
    let database = DatabaseConfig::at("sqlite::memory:");
    let service = server::service(issuer.authenticator(), settings, &database).await;
    let faults = access_faults(&service.unwrap(), &issuer).await;
    assert_eq!(faults, Vec::<String>::new());
}
