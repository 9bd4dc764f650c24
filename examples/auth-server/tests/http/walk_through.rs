//! The walk-through of the seed, with its own bodies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::VerifiedToken;
use identity_core::clock::SystemClock;
use identity_core::testing::StaticKeys;
use identity_core::verification::{AudienceRule, UntypedTokens, VerificationRules, Verifier};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::support::{Api, ISSUER, TestDatabase, TestServer, on_both_databases};

on_both_databases! { the_walk_through_works }

/// Verifies a token as another service does.
pub async fn verified(api: &Api, token: &str) -> VerifiedToken {
    let jwks = api.get_public("/.well-known/jwks.json").await.expect(200);
    let rules = VerificationRules {
        types: vec!["at+jwt".into()],
        untyped: UntypedTokens::Refused,
        ..VerificationRules::new(
            vec![ISSUER.to_owned()],
            AudienceRule::Required(vec![ISSUER.to_owned()]),
        )
    };
    let keys = Arc::new(StaticKeys::from_jwks(&jwks.body));
    Verifier::new(rules, keys, Arc::new(SystemClock))
        .verify(token)
        .await
        .unwrap()
}

/// Returns the claims of a token, which is not verified.
pub fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

async fn the_walk_through_works(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let signup = json!({
      "user": {"username": "test_user", "password": "test1234@", "primary_email": "example@example.com"},
      "org": {"name": "test_org", "domain": "example.example.come", "type": "teams", "mfa_enabled": false}
    });
    let created = api.post_public("/user/signup", &signup).await.expect(200);
    assert_eq!(created.body.as_object().unwrap().len(), 2);

    let tokens = api.login("test_user", "test1234@", "").await.expect(200);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(tokens.body["expires_in"], 600);
    let token = tokens.text("access_token");
    let before = verified(api, &token).await;
    assert!(!format!("{:?}", before.claims()).contains("example_service"));

    let me = api.get("/user/me", &token).await.expect(200);
    assert_eq!(me.body["user_id"], created.body["user_id"]);
    assert_eq!(me.body["username"], "test_user");
    assert_eq!(me.body["roles"], json!(["owner"]));
    assert_eq!(me.body["org"]["domain"], "example.example.come");

    let permission = json!({"service": "example_service", "resource": "billing", "action": "read", "description": "Example service read"});
    let made = api.posted("/permission/", &token, &permission).await;
    assert_eq!(made.body["slug"], "example_service.billing.read");

    let roles = api.get("/role/", &token).await.expect(200);
    let roles = roles.body.as_array().unwrap();
    let names: Vec<_> = roles.iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["owner", "admin", "user"]);
    let owner = &roles[0]["id"];
    assert!(owner.is_i64());

    let body = json!({"role_id": owner, "permission_slug": "example_service.billing.read"});
    api.posted("/role/attach-permission", &token, &body).await;
    let again = api.get("/role/", &token).await.expect(200);
    let attached = again.body[0]["permissions"].as_array().unwrap();
    assert!(attached.contains(&json!("example_service.billing.read")));

    let tokens = api.login("test_user", "test1234@", "").await.expect(200);
    let after = verified(api, &tokens.text("access_token")).await;
    let scopes = after.claim("scopes").unwrap().as_array().unwrap();
    assert!(scopes.contains(&json!("example_service.billing.read")));
    let joined: Vec<_> = scopes.iter().map(|scope| scope.as_str().unwrap()).collect();
    assert_eq!(after.text("scope").unwrap(), joined.join(" "));
    assert_eq!(tokens.text("scope"), joined.join(" "));
    assert_eq!(after.claim("org_id"), Some(&created.body["org_id"]));
    assert_eq!(after.claim("sub"), Some(&created.body["user_id"]));
    assert_eq!(after.claim("roles"), Some(&json!(["owner"])));
    for name in ["iss", "aud", "exp", "iat", "nbf", "jti", "client_id", "sid"] {
        assert!(after.claim(name).is_some(), "{name}");
    }
}
