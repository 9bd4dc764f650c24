//! Checks that every route enforces the policy of its row in the access table, with local keys: no other program is
//! needed.

use std::sync::Arc;

use identity_core::Authenticator;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::json;
use service_kit::testing::access_faults;

use auth0_api::server;
use identity_core::providers::{Auth0, Auth0Config};

const AUDIENCE: &str = "https://api.example.com";

#[actix_web::test]
async fn every_route_asks_for_the_policy_of_its_row() {
    let key = TestKey::fixed();
    let settings = Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE);
    let provider = Auth0::new(settings.clone()).unwrap();
    let authenticator = Authenticator::builder(provider)
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .build()
        .unwrap();
    let service = server::service(authenticator, settings.clone());
    let faults = access_faults(&service, &key, |rights| {
        let now = SystemClock.now().seconds();
        let mut claims = json!({
            "iss": settings.issuer, "aud": [AUDIENCE], "sub": "auth0|1", "iat": now, "exp": now + 600.0,
            "azp": "client", "scope": rights.scopes.join(" "), "permissions": rights.permissions,
        });
        claims[&settings.roles_claim] = json!(rights.roles);
        if let Some(organization) = &rights.tenant {
            // The rights of a token for an organization are those there.
            claims["org_id"] = json!(organization.id);
            claims["permissions"] = json!(organization.permissions);
            claims[&settings.roles_claim] = json!(organization.roles);
        }
        claims
    });
    assert_eq!(faults.await, Vec::<String>::new());
}
