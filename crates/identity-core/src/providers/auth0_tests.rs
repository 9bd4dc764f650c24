//! The forms of Auth0's tokens, and the rights in them.

use std::sync::Arc;

use crate::providers::test_tokens::{self, NOW, changed};
use crate::testing::{TestKey, provider_contract};
use crate::{Authenticated, TokenError};
use serde_json::{Value, json};

use super::{Auth0, Auth0Config, Domain};

const ISSUER: &str = "https://dev-example.us.auth0.com/";
const AUDIENCE: &str = "https://api.example.com";

fn settings() -> Auth0Config {
    Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE)
}

/// Returns the claims of a user's token with these claims changed; `null` removes a claim.
fn claims(changes: &Value) -> Value {
    let base = json!({
        "iss": ISSUER, "sub": "auth0|602c0dcab993d10073daf680",
        "aud": [AUDIENCE, "https://dev-example.us.auth0.com/userinfo"],
        "iat": NOW, "exp": NOW + 86_400.0, "azp": "ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV",
        "scope": "openid profile email",
    });
    changed(base, changes)
}

async fn verified(settings: Auth0Config, token: &str) -> Result<Arc<Authenticated>, TokenError> {
    test_tokens::verified(Auth0::new(settings).unwrap(), token).await
}

/// Returns the code of the refusal, or `None` if the token is accepted.
async fn refusal(changes: Value) -> Option<&'static str> {
    let token = TestKey::fixed().token(&claims(&changes));
    verified(settings(), &token)
        .await
        .err()
        .map(|error| error.code())
}

async fn caller(changes: Value) -> Arc<Authenticated> {
    let token = TestKey::fixed().token(&claims(&changes));
    verified(settings(), &token).await.unwrap()
}

#[tokio::test]
async fn the_provider_contract_holds() {
    provider_contract(Auth0::new(settings()).unwrap(), &claims(&json!({}))).await;
}

#[test]
fn a_domain_is_a_host_and_nothing_else() {
    for (text, issuer) in [
        ("dev-example.us.auth0.com", ISSUER),
        ("DEV-Example.US.auth0.com", ISSUER),
        ("login.example.com", "https://login.example.com/"),
        ("localhost", "https://localhost/"),
    ] {
        assert_eq!(text.parse::<Domain>().unwrap().issuer(), issuer, "{text}");
    }
    for text in [
        "https://dev-example.us.auth0.com",
        "https://dev-example.us.auth0.com/",
        "dev-example.us.auth0.com/",
        "dev-example.us.auth0.com/tenant",
        "dev-example.us.auth0.com:443",
        "dev-example.us.auth0.com.",
        "user@dev-example.us.auth0.com",
        "dev example.auth0.com",
        "dev-example.us.auth0.com?x",
        "dev-example.us.auth0.com#x",
        "127.0.0.1",
        "[::1]",
        "büro.example.com",
        "%65vil.example",
    ] {
        assert!(text.parse::<Domain>().is_err(), "{text}");
    }
}

#[test]
fn discovery_is_at_the_issuer_and_may_name_it_alone() {
    let discovery = Auth0::new(settings()).unwrap().discovery();
    assert_eq!(
        discovery.url.as_str(),
        format!("{ISSUER}.well-known/openid-configuration")
    );
    assert_eq!(discovery.issuers, [ISSUER]);
    assert!(discovery.endpoint_hosts.is_empty());
}

#[tokio::test]
async fn the_issuer_is_compared_exactly() {
    assert_eq!(refusal(json!({})).await, None);
    for issuer in [
        "https://dev-example.us.auth0.com",
        "https://dev-example.us.auth0.com//",
        "http://dev-example.us.auth0.com/",
        "https://DEV-example.us.auth0.com/",
        "https://dev-example.us.auth0.com.evil.example/",
        "https://other.us.auth0.com/",
    ] {
        assert_eq!(
            refusal(json!({"iss": issuer})).await,
            Some("invalid_claims"),
            "{issuer}"
        );
    }
}

#[tokio::test]
async fn the_audience_is_required() {
    for (audience, expected) in [
        (json!(AUDIENCE), None),
        (json!([AUDIENCE]), None),
        (json!(null), Some("invalid_claims")),
        (json!([]), Some("invalid_claims")),
        (json!(""), Some("invalid_claims")),
        (
            json!("https://dev-example.us.auth0.com/userinfo"),
            Some("invalid_claims"),
        ),
        (
            json!("ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV"),
            Some("invalid_claims"),
        ),
        (json!("https://api.example.com/"), Some("invalid_claims")),
        (json!([5]), Some("invalid_claim_type")),
    ] {
        assert_eq!(
            refusal(json!({"aud": audience})).await,
            expected,
            "{audience}"
        );
        let machine = json!({"aud": audience, "sub": "K123@clients", "drn": "DS", "gty": "client-credentials"});
        assert_eq!(
            refusal(machine).await,
            expected,
            "no token is exempt: {audience}"
        );
    }
}

#[tokio::test]
async fn both_profiles_are_read() {
    let header = |kind: &str| json!({"alg": "RS256", "typ": kind, "kid": "fixed"});
    for (kind, accepted) in [
        ("JWT", true),
        ("at+jwt", true),
        ("application/at+jwt", true),
        ("id+jwt", false),
        ("dpop+jwt", false),
    ] {
        let claims = claims(
            &json!({"azp": null, "client_id": "my_client", "jti": "73WakrfVbNJBaAmhQtEeDv"}),
        );
        let token = TestKey::fixed().token_with_header(&header(kind), &claims);
        let outcome = verified(settings(), &token).await;
        assert_eq!(outcome.is_ok(), accepted, "{kind}");
        if let Ok(caller) = outcome {
            assert_eq!(caller.principal().client.as_deref(), Some("my_client"));
        }
    }
}

#[tokio::test]
async fn an_id_token_opens_nothing() {
    let client = "ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV";
    assert_eq!(
        refusal(json!({"aud": client, "nonce": "x"})).await,
        Some("id_token")
    );
    for claim in ["nonce", "at_hash", "c_hash"] {
        for value in [json!("x"), json!(5), json!([])] {
            assert_eq!(
                refusal(json!({claim: value})).await,
                Some("id_token"),
                "{claim} {value}"
            );
        }
    }
}

#[tokio::test]
async fn scopes_and_permissions_are_granted_as_they_stand() {
    let caller = caller(json!({
        "scope": "read:messages write:messages", "permissions": ["admin:access", "read:messages"],
        "org_id": "org_9ybsU1dN2dKfDkBi",
    }))
    .await;
    let principal = caller.principal();
    assert_eq!(principal.scopes, ["read:messages", "write:messages"]);
    assert_eq!(principal.permissions, ["admin:access", "read:messages"]);
    assert_eq!(
        principal.client.as_deref(),
        Some("ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV")
    );
    assert_eq!(
        principal.current_tenant.as_deref(),
        Some("org_9ybsU1dN2dKfDkBi")
    );
    assert!(principal.roles.is_empty());
}

#[tokio::test]
async fn roles_come_from_the_namespaced_claim_alone() {
    let everywhere = json!({
        "https://example.com/roles": ["editor"], "https://other.example/roles": ["admin"], "roles": ["admin"],
    });
    assert_eq!(
        caller(everywhere.clone()).await.principal().roles,
        ["editor"]
    );
    let elsewhere = Auth0Config {
        roles_claim: "https://other.example/roles".to_owned(),
        ..settings()
    };
    let token = TestKey::fixed().token(&claims(&everywhere));
    let caller = verified(elsewhere, &token).await.unwrap();
    assert_eq!(caller.principal().roles, ["admin"]);
}

#[tokio::test]
async fn claims_of_the_wrong_type_grant_nothing_and_are_no_error() {
    for value in [
        json!(5),
        json!(true),
        json!({"admin": true}),
        json!(["admin", 5]),
        json!([["admin"]]),
    ] {
        let caller = caller(json!({
            "https://example.com/roles": value, "permissions": value, "scope": value, "org_id": value, "azp": value,
        }))
        .await;
        let principal = caller.principal();
        assert!(principal.roles.is_empty(), "{value}");
        assert!(principal.permissions.is_empty(), "{value}");
        assert!(principal.scopes.is_empty(), "{value}");
        assert_eq!(
            (&principal.client, &principal.current_tenant),
            (&None, &None),
            "{value}"
        );
    }
}
