//! The forms of Descope's tokens, and the rights in them.

use std::sync::Arc;

use crate::providers::test_tokens::{self, NOW, changed};
use crate::testing::{TestKey, provider_contract};
use crate::{Authenticated, TokenError};
use serde_json::{Value, json};

use super::{Descope, DescopeConfig, ProjectId};

const PROJECT: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";

fn settings() -> DescopeConfig {
    DescopeConfig::new(PROJECT.parse().unwrap(), None).unwrap()
}

/// Returns the claims of a token of the project's OIDC app.
fn access_token(changes: &Value) -> Value {
    let base = json!({
        "amr": ["email"], "aud": [PROJECT], "azp": PROJECT, "email": "ada@example.com",
        "exp": NOW + 600.0, "iat": NOW, "iss": format!("https://api.descope.com/{PROJECT}"),
        "rexp": "2026-01-25T08:56:38Z", "scope": "openid profile email", "sub": "U37L3UjuAlJgHJkYGPh3Z4nLcdng",
        "token_type": "access_token",
    });
    changed(base, changes)
}

/// Returns the claims of a session token, as issued to the SDKs.
fn session_token(changes: &Value) -> Value {
    let base = json!({
        "amr": ["email"], "drn": "DS", "exp": NOW + 600.0, "iat": NOW, "iss": PROJECT,
        "rexp": "2026-01-25T08:56:38Z", "sub": "U2RG6grrbT3REKYqk5yC4SjkMqzA",
    });
    changed(base, changes)
}

async fn verified(
    settings: DescopeConfig,
    claims: Value,
) -> Result<Arc<Authenticated>, TokenError> {
    let token = TestKey::fixed().token(&claims);
    test_tokens::verified(Descope::new(settings), &token).await
}

/// Returns the code of the refusal, or `None` if the token is accepted.
async fn refusal(settings: DescopeConfig, claims: Value) -> Option<&'static str> {
    let outcome = verified(settings, claims).await;
    outcome.err().map(|error| error.code())
}

async fn caller(claims: Value) -> Arc<Authenticated> {
    verified(settings(), claims).await.unwrap()
}

#[tokio::test]
async fn the_provider_contract_holds() {
    provider_contract(Descope::new(settings()), &access_token(&json!({}))).await;
}

#[test]
fn a_project_id_is_a_p_with_letters_and_digits() {
    for text in [
        PROJECT,
        "Peuc1328Et31K4CCFfLkfNmU2wCzgGsr",
        "P2LocalIssuerDevelopment0000",
    ] {
        assert_eq!(text.parse::<ProjectId>().unwrap().as_str(), text);
    }
    let long = format!("P{}", "x".repeat(64));
    for text in [
        "",
        "P",
        "P2",
        "p2RFvFexVaxxNFK6rhP0ePtaGfTK",
        "U2RFvFexVaxxNFK6rhP0ePtaGfTK",
        "P2RF/../x/y/z",
        "P2RFvFexVaxx?x=1",
        "Pevil.example#xxxx",
        &long,
    ] {
        assert!(text.parse::<ProjectId>().is_err(), "{text}");
    }
}

#[test]
fn long_ids_name_their_region() {
    for (id, expected) in [
        (PROJECT, "https://api.descope.com"),
        (
            "Peuc1328Et31K4CCFfLkfNmU2wCzgGsr",
            "https://api.euc1.descope.com",
        ),
        ("Peuc1328Et31K4CCFfLkfNmU2wCzgGs", "https://api.descope.com"),
        (
            "Puse12345678901234567890123456789",
            "https://api.use1.descope.com",
        ),
    ] {
        let id: ProjectId = id.parse().unwrap();
        assert_eq!(id.base_url(), expected, "{id}");
        let settings = DescopeConfig::new(id.clone(), None).unwrap();
        assert_eq!(settings.base_url(), expected, "{id}");
        assert_eq!(
            settings.discovery_url.as_str(),
            format!("{expected}/{id}/.well-known/openid-configuration")
        );
    }
}

#[test]
fn discovery_may_name_any_issuer_of_the_project_and_no_other() {
    let discovery = Descope::new(settings()).discovery();
    assert_eq!(discovery.url, settings().discovery_url);
    let base = "https://api.descope.com";
    let mut issuers = discovery.issuers;
    issuers.sort();
    assert_eq!(
        issuers,
        [
            PROJECT.to_owned(),
            format!("{base}/{PROJECT}"),
            format!("{base}/v1/apps/{PROJECT}")
        ]
    );
}

#[tokio::test]
async fn each_of_the_three_issuers_is_accepted() {
    let base = "https://api.descope.com";
    for issuer in [
        PROJECT.to_owned(),
        format!("{base}/{PROJECT}"),
        format!("{base}/v1/apps/{PROJECT}"),
    ] {
        let claims = access_token(&json!({"iss": issuer}));
        assert_eq!(refusal(settings(), claims).await, None, "{issuer}");
    }
}

#[tokio::test]
async fn no_other_issuer_is_accepted() {
    for issuer in [
        "P2RFvFexVaxxNFK6rhP0ePtaGfTL".to_owned(),
        PROJECT.to_lowercase(),
        format!("https://api.descope.com/{PROJECT}/"),
        format!("https://api.euc1.descope.com/{PROJECT}"),
        format!("http://api.descope.com/{PROJECT}"),
        format!("https://evil.example/{PROJECT}"),
        format!("https://api.descope.com/v1/apps/{PROJECT}/T2U7vUH1NPy4JzWHruoOVIGyzYlu"),
        format!("https://api.descope.com/v1/apps/agentic/{PROJECT}/MS35d1Xw1Yo6"),
        String::new(),
    ] {
        let claims = access_token(&json!({"iss": issuer}));
        assert_eq!(
            refusal(settings(), claims).await,
            Some("invalid_claims"),
            "{issuer}"
        );
    }
}

#[tokio::test]
async fn a_custom_domain_replaces_descopes_own() {
    let custom =
        || DescopeConfig::new(PROJECT.parse().unwrap(), Some("https://auth.example.com")).unwrap();
    let at = |base: &str| access_token(&json!({"iss": format!("{base}/{PROJECT}")}));
    assert_eq!(
        refusal(custom(), at("https://auth.example.com")).await,
        None
    );
    assert_eq!(
        refusal(custom(), at("https://auth.example.com/v1/apps")).await,
        None
    );
    assert_eq!(refusal(custom(), session_token(&json!({}))).await, None);
    assert_eq!(
        refusal(custom(), at("https://api.descope.com")).await,
        Some("invalid_claims")
    );
}

#[tokio::test]
async fn refresh_and_id_tokens_open_nothing() {
    let refresh = Some("refresh_token");
    for (claims, expected) in [
        (
            access_token(&json!({"token_type": "refresh_token"})),
            refresh,
        ),
        (
            access_token(&json!({"token_type": "id_token"})),
            Some("id_token"),
        ),
        (session_token(&json!({"drn": "DSR"})), refresh),
        (
            session_token(&json!({"drn": "DSR", "aud": [PROJECT]})),
            refresh,
        ),
        (
            session_token(&json!({"drn": "DSR", "sub": "K36Z2WxTveMQBWlLfCMPlC3QM1Oa"})),
            refresh,
        ),
        (
            session_token(&json!({"token_type": "refresh_token"})),
            refresh,
        ),
    ] {
        assert_eq!(
            refusal(settings(), claims.clone()).await,
            expected,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn roles_and_permissions_are_those_at_the_root() {
    let claims = session_token(&json!({
        "roles": ["Tenant Admin", "admin"], "permissions": ["users.create"],
        "nsec": {"roles": ["superuser"]},
    }));
    let caller = caller(claims).await;
    let principal = caller.principal();
    assert_eq!(principal.roles, ["Tenant Admin", "admin"]);
    assert_eq!(principal.permissions, ["users.create"]);
    assert!(principal.scopes.is_empty());
    assert_eq!(principal.client, None);
    assert_eq!(principal.subject, "U2RG6grrbT3REKYqk5yC4SjkMqzA");
    assert_eq!(principal.issuer, PROJECT);
}

#[tokio::test]
async fn scopes_are_a_text_or_a_list() {
    for scope in [
        json!("openid read:messages"),
        json!(["openid", "read:messages"]),
    ] {
        let caller = caller(access_token(&json!({"scope": scope}))).await;
        assert_eq!(
            caller.principal().scopes,
            ["openid", "read:messages"],
            "{scope}"
        );
        assert_eq!(caller.principal().client.as_deref(), Some(PROJECT));
    }
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
        let claims = session_token(&json!({
            "roles": value, "permissions": value, "scope": value, "tenants": value, "dct": value, "azp": value,
        }));
        let caller = caller(claims).await;
        let principal = caller.principal();
        assert!(principal.roles.is_empty(), "{value}");
        assert!(principal.permissions.is_empty(), "{value}");
        assert!(principal.scopes.is_empty(), "{value}");
        assert!(!principal.has_role_in("admin", "admin"), "{value}");
        assert_eq!(principal.client, None, "{value}");
    }
}

#[path = "descope_audience_tests.rs"]
mod audience;
#[path = "descope_tenants_tests.rs"]
mod tenants;
