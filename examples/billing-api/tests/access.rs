//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use std::sync::Arc;

use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::json;
use service_kit::store::DatabaseConfig;
use service_kit::testing::access_faults;

use billing_api::{oidc_config, server};
use identity_core::providers::Oidc;

const ISSUER: &str = "https://id.example.com/";

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let key = TestKey::fixed();
    let settings = oidc_config(ISSUER);
    let provider = Oidc::new(settings.clone()).unwrap();
    let authenticator = Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .build()
        .unwrap();
    let service = server::service(
        authenticator,
        settings,
        &DatabaseConfig::at("sqlite::memory:"),
    )
    .await
    .unwrap();
    let faults = access_faults(&service, &key, |rights| {
        let now = SystemClock.now().seconds();
        json!({
            "iss": ISSUER, "aud": ISSUER, "sub": "user", "org_id": "org", "iat": now, "exp": now + 600.0,
            "scopes": rights.scopes, "roles": rights.roles,
        })
    });
    assert_eq!(faults.await, Vec::<String>::new());
}
