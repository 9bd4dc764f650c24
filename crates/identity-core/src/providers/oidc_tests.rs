//! The forms of tokens of an OpenID Connect issuer, and the rights in them.

use std::sync::Arc;

use crate::keys::KeyAddress;
use crate::providers::test_tokens::{self, NOW, changed};
use crate::testing::{TestKey, provider_contract};
use crate::verification::Algorithm;
use crate::{Authenticated, Provider, TokenError};
use serde_json::{Value, json};

use super::{Oidc, OidcConfig};

const ISSUER: &str = "http://localhost:8002";
const READ: &str = "example_service.billing.read";

/// Returns the configuration of an issuer that is its own audience, with a list of scopes in `scopes`.
fn settings() -> OidcConfig {
    OidcConfig {
        scopes_claim: "scopes".to_owned(),
        ..OidcConfig::new(ISSUER, ISSUER)
    }
}

/// Returns the claims of a user's token with these claims changed; `null` removes a claim.
fn claims(changes: &Value) -> Value {
    let base = json!({
        "iss": ISSUER, "sub": "U1", "aud": ISSUER, "iat": NOW, "exp": NOW + 600.0, "org_id": "O1",
        "scopes": [READ], "scope": "other", "roles": ["owner"],
    });
    changed(base, changes)
}

async fn verified(settings: OidcConfig, token: &str) -> Result<Arc<Authenticated>, TokenError> {
    test_tokens::verified(Oidc::new(settings).unwrap(), token).await
}

/// Returns the code of the refusal, or `None` if the token is accepted.
async fn refusal(changes: Value) -> Option<&'static str> {
    let token = TestKey::fixed().token(&claims(&changes));
    let outcome = verified(settings(), &token).await;
    outcome.err().map(|error| error.code())
}

async fn caller(settings: OidcConfig, changes: Value) -> Arc<Authenticated> {
    let token = TestKey::fixed().token(&claims(&changes));
    verified(settings, &token).await.unwrap()
}

#[tokio::test]
async fn the_provider_contract_holds() {
    provider_contract(Oidc::new(settings()).unwrap(), &claims(&json!({}))).await;
}

#[test]
fn discovery_is_below_the_issuer_whose_last_slash_does_not_count() {
    for (issuer, url) in [
        (
            "https://id.example.com",
            "https://id.example.com/.well-known/openid-configuration",
        ),
        (
            "https://id.example.com/",
            "https://id.example.com/.well-known/openid-configuration",
        ),
        (
            "https://id.example.com/a/b",
            "https://id.example.com/a/b/.well-known/openid-configuration",
        ),
        (
            "https://id.example.com/a/",
            "https://id.example.com/a/.well-known/openid-configuration",
        ),
    ] {
        let provider = Oidc::issuer(issuer, ISSUER).unwrap();
        let KeyAddress::Discovered(discovery) = provider.keys() else {
            panic!("{issuer} is not discovered");
        };
        assert_eq!(discovery.url.as_str(), url);
        assert_eq!(discovery.issuers, [issuer], "it may name that issuer alone");
        assert!(discovery.endpoint_hosts.is_empty());
    }
}

#[test]
fn a_jwks_url_replaces_discovery() {
    let url: url::Url = "https://keys.example.com/jwks.json".parse().unwrap();
    let settings = OidcConfig {
        jwks_url: Some(url.clone()),
        ..OidcConfig::new("urn:example:issuer", ISSUER)
    };
    let keys = Oidc::new(settings).unwrap().keys();
    assert!(matches!(keys, KeyAddress::Fixed(fixed) if fixed == url));
}

#[tokio::test]
async fn the_issuer_is_compared_to_the_letter() {
    assert_eq!(refusal(json!({})).await, None);
    for issuer in [
        json!("http://localhost:8002/"),
        json!("https://localhost:8002"),
        json!("http://LOCALHOST:8002"),
        json!("http://localhost:80020"),
        json!(null),
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
        (json!(ISSUER), None),
        (json!(["other", ISSUER]), None),
        (json!(null), Some("invalid_claims")),
        (json!([]), Some("invalid_claims")),
        (json!("https://billing.example.com"), Some("invalid_claims")),
        (json!([5]), Some("invalid_claim_type")),
    ] {
        assert_eq!(
            refusal(json!({"aud": audience})).await,
            expected,
            "{audience}"
        );
    }
    let elsewhere = OidcConfig {
        audience: "https://billing.example.com".to_owned(),
        ..settings()
    };
    let token = TestKey::fixed().token(&claims(&json!({})));
    let refused = verified(elsewhere, &token).await.unwrap_err();
    assert_eq!(
        refused.code(),
        "invalid_claims",
        "the issuer is no longer one"
    );
}

#[tokio::test]
async fn only_the_algorithms_that_are_set_are_accepted() {
    let es256 = TestKey::fresh("ec", Algorithm::ES256);
    let token = es256.token(&claims(&json!({})));
    let refused = verified(settings(), &token).await.unwrap_err();
    assert_eq!(refused.code(), "algorithm_not_allowed");
    let with_es256 = OidcConfig {
        algorithms: "ES256".parse().unwrap(),
        ..settings()
    };
    let refused = verified(with_es256, &token).await.unwrap_err();
    assert_eq!(refused.code(), "key_not_found", "it is looked for");
}

#[tokio::test]
async fn an_id_token_opens_nothing() {
    for claim in ["nonce", "at_hash", "c_hash"] {
        for value in [json!("x"), json!(5)] {
            assert_eq!(
                refusal(json!({claim: value})).await,
                Some("id_token"),
                "{claim} {value}"
            );
        }
    }
    for (kind, accepted) in [
        ("JWT", true),
        ("at+jwt", true),
        ("id+jwt", false),
        ("logout+jwt", false),
    ] {
        let header = json!({"alg": "RS256", "typ": kind, "kid": "fixed"});
        let token = TestKey::fixed().token_with_header(&header, &claims(&json!({})));
        let outcome = verified(settings(), &token).await;
        assert_eq!(outcome.is_ok(), accepted, "{kind}");
    }
}

#[tokio::test]
async fn scopes_roles_and_the_organization_come_from_their_claims_alone() {
    let changes = json!({"client_id": "C1", "azp": "C2", "permissions": ["admin"]});
    let caller = caller(settings(), changes).await;
    let principal = caller.principal();
    assert_eq!(principal.scopes, [READ]);
    assert_eq!(principal.roles, ["owner"]);
    assert_eq!(principal.current_tenant.as_deref(), Some("O1"));
    assert_eq!(principal.client.as_deref(), Some("C1"));
    assert!(principal.permissions.is_empty());
}

#[tokio::test]
async fn a_claim_s_name_is_literal() {
    let nested = json!({
        "realm_access": {"roles": ["nested"]}, "realm_access.roles": ["dotted"],
        "https://example.com/scopes": ["namespaced"], "https://example": {"com/scopes": ["nested"]},
    });
    let settings = OidcConfig {
        scopes_claim: "https://example.com/scopes".to_owned(),
        roles_claim: "realm_access.roles".to_owned(),
        ..settings()
    };
    let found = caller(settings.clone(), nested).await;
    assert_eq!(found.principal().scopes, ["namespaced"]);
    assert_eq!(found.principal().roles, ["dotted"]);
    let only_nested = json!({"realm_access": {"roles": ["nested"]}});
    let found = caller(settings, only_nested).await;
    assert!(
        found.principal().scopes.is_empty(),
        "the default claim does not count any more"
    );
    assert!(found.principal().roles.is_empty());
}

#[tokio::test]
async fn a_claim_of_another_type_grants_nothing_and_is_no_error() {
    for value in [
        json!(null),
        json!(5),
        json!({READ: true}),
        json!([READ, 5]),
        json!([[READ]]),
    ] {
        let found = caller(settings(), json!({"scopes": value, "roles": value})).await;
        assert!(found.principal().scopes.is_empty(), "{value}");
        assert!(found.principal().roles.is_empty(), "{value}");
    }
    let text = caller(settings(), json!({"scopes": "a b", "roles": "a b"})).await;
    assert_eq!(
        text.principal().scopes,
        ["a", "b"],
        "a text is separated by spaces"
    );
    assert_eq!(text.principal().roles, ["a b"], "a text is one role");
    for value in [json!(5), json!(["O1"]), json!({"id": "O1"}), json!(true)] {
        let found = caller(settings(), json!({"org_id": value})).await;
        assert_eq!(found.principal().current_tenant, None, "{value}");
    }
}
