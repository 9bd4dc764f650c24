//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use std::sync::Arc;

use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::json;
use service_kit::store::DatabaseConfig;
use service_kit::testing::access_faults;

use descope_api::server;
use identity_core::providers::{Descope, DescopeConfig};

const PROJECT: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let key = TestKey::fixed();
    let settings = DescopeConfig::new(PROJECT.parse().unwrap(), None).unwrap();
    let provider = Descope::new(settings.clone());
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
        let mut claims = json!({
            "iss": format!("https://api.descope.com/{PROJECT}"), "aud": [PROJECT], "sub": "U1",
            "iat": now, "exp": now + 600.0, "token_type": "access_token",
            "scope": rights.scopes.join(" "), "roles": rights.roles, "permissions": rights.permissions,
        });
        if let Some(tenant) = &rights.tenant {
            let there = json!({"roles": tenant.roles, "permissions": tenant.permissions});
            claims["tenants"] = json!({&tenant.id: there});
        }
        claims
    });
    assert_eq!(faults.await, Vec::<String>::new());
}
