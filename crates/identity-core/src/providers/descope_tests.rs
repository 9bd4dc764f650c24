//! The forms of Descope's tokens, and the rights in them.

use crate::providers::test_tokens::{NOW, Tokens, changed, has_no_rights, wrong_types};
use crate::testing::TestKey;
use serde_json::{Value, json};

use super::{Descope, DescopeConfig, ProjectId};

const PROJECT: &str = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";
const REFUSED: Option<&str> = Some("invalid_claims");

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

fn access(settings: DescopeConfig) -> Tokens {
    Tokens::new(Descope::new(settings), access_token(&json!({})))
}

fn sessions(settings: DescopeConfig) -> Tokens {
    Tokens::new(Descope::new(settings), session_token(&json!({})))
}

/// Returns the three issuers of a project at this base URL.
fn issuers(base: &str) -> [String; 3] {
    let [by_id, app] = ["", "/v1/apps"].map(|path| format!("{base}{path}/{PROJECT}"));
    [PROJECT.to_owned(), by_id, app]
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
    for (id, host) in [
        (PROJECT, "api.descope.com"),
        ("Peuc1328Et31K4CCFfLkfNmU2wCzgGsr", "api.euc1.descope.com"),
        ("Peuc1328Et31K4CCFfLkfNmU2wCzgGs", "api.descope.com"),
        ("Puse12345678901234567890123456789", "api.use1.descope.com"),
    ] {
        let id: ProjectId = id.parse().unwrap();
        let expected = format!("https://{host}");
        assert_eq!(id.base_url(), expected, "{id}");
        let settings = DescopeConfig::new(id.clone(), None).unwrap();
        assert_eq!(settings.base_url(), expected, "{id}");
        let url = format!("{expected}/{id}/.well-known/openid-configuration");
        assert_eq!(settings.discovery_url.as_str(), url);
    }
}

#[test]
fn discovery_may_name_any_issuer_of_the_project_and_no_other() {
    let discovery = Descope::new(settings()).discovery();
    assert_eq!(discovery.url, settings().discovery_url);
    let mut found = discovery.issuers;
    found.sort();
    assert_eq!(found, issuers("https://api.descope.com"));
}

#[tokio::test]
async fn no_issuer_but_the_three_is_accepted() {
    let base = "https://api.descope.com";
    let others = json!([
        "P2RFvFexVaxxNFK6rhP0ePtaGfTL",
        PROJECT.to_lowercase(),
        format!("{base}/{PROJECT}/"),
        format!("https://api.euc1.descope.com/{PROJECT}"),
        format!("http://api.descope.com/{PROJECT}"),
        format!("https://evil.example/{PROJECT}"),
        format!("{base}/v1/apps/{PROJECT}/T2U7vUH1NPy4JzWHruoOVIGyzYlu"),
        format!("{base}/v1/apps/agentic/{PROJECT}/MS35d1Xw1Yo6"),
        "",
    ]);
    let tokens = access(settings());
    tokens.expect_each("iss", others, REFUSED).await;
    tokens.expect_each("iss", json!(issuers(base)), None).await;
}

#[tokio::test]
async fn issuers_of_named_tenants_and_mcp_servers_are_accepted() {
    let base = "https://api.descope.com/v1/apps";
    let (tenant, server) = ("T2U7vUH1NPy4JzWHruoOVIGyzYlu", "MS35d1Xw1Yo6");
    let tokens = access(DescopeConfig {
        tenant_issuers: vec![tenant.to_owned()],
        mcp_servers: vec![server.to_owned()],
        ..settings()
    });
    let ours = json!([
        format!("{base}/{PROJECT}/{tenant}"),
        format!("{base}/agentic/{PROJECT}/{server}"),
        format!("{base}/{PROJECT}"),
        PROJECT,
    ]);
    tokens.expect_each("iss", ours, None).await;
    let others = json!([
        format!("{base}/{PROJECT}/T2U7vUH1NPy4JzWHruoOVIGyzYlv"),
        format!("{base}/{PROJECT}/{server}"),
        format!("{base}/agentic/{PROJECT}/{tenant}"),
        format!("{base}/agentic/{PROJECT}"),
        format!("{base}/{PROJECT}/{tenant}/"),
        format!("{base}/P2RFvFexVaxxNFK6rhP0ePtaGfTL/{tenant}"),
        format!("https://evil.example/v1/apps/{PROJECT}/{tenant}"),
    ]);
    tokens.expect_each("iss", others, REFUSED).await;
}

#[tokio::test]
async fn a_custom_domain_replaces_descopes_own() {
    let custom = "https://auth.example.com";
    let settings = || DescopeConfig::new(PROJECT.parse().unwrap(), Some(custom)).unwrap();
    let tokens = access(settings());
    let [_, by_id, _] = issuers("https://api.descope.com");
    tokens.expect_each("iss", json!([by_id]), REFUSED).await;
    tokens
        .expect_each("iss", json!(issuers(custom)), None)
        .await;
    assert_eq!(sessions(settings()).refusal(json!({})).await, None);
}

#[tokio::test]
async fn refresh_and_id_tokens_open_nothing() {
    let refresh = Some("refresh_token");
    let tokens = access(settings());
    let kinds = json!(["refresh_token"]);
    tokens.expect_each("token_type", kinds, refresh).await;
    let kinds = json!(["id_token"]);
    tokens
        .expect_each("token_type", kinds, Some("id_token"))
        .await;
    for (claim, value) in [
        ("at_hash", "x"),
        ("c_hash", "x"),
        ("token_use", "id"),
        ("typ", "ID"),
    ] {
        tokens
            .expect_each(claim, json!([value]), Some("id_token"))
            .await;
    }
    for changes in [
        json!({"token_type": "refresh_token"}),
        json!({"drn": "DSR"}),
        json!({"drn": "DSR", "aud": [PROJECT]}),
        json!({"drn": "DSR", "sub": "K36Z2WxTveMQBWlLfCMPlC3QM1Oa"}),
    ] {
        let found = sessions(settings()).refusal(changes.clone()).await;
        assert_eq!(found, refresh, "{changes}");
    }
}

#[tokio::test]
async fn roles_and_permissions_are_those_at_the_root() {
    let changes = json!({
        "roles": ["Tenant Admin", "admin"], "permissions": ["users.create"],
        "nsec": {"roles": ["superuser"]},
    });
    let caller = sessions(settings()).caller(changes).await;
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
    let names = ["openid", "read:messages"];
    for scope in [json!("openid read:messages"), json!(names)] {
        let caller = access(settings()).caller(json!({"scope": scope})).await;
        assert_eq!(caller.principal().scopes, names, "{scope}");
        assert_eq!(caller.principal().client.as_deref(), Some(PROJECT));
    }
}

#[tokio::test]
async fn claims_of_the_wrong_type_grant_nothing_and_are_no_error() {
    for value in wrong_types() {
        let changes = json!({
            "roles": value, "permissions": value, "scope": value, "tenants": value, "dct": value, "azp": value,
        });
        let caller = sessions(settings()).caller(changes).await;
        let principal = caller.principal();
        has_no_rights(principal, &value);
        assert!(!principal.has_role_in("admin", "admin"), "{value}");
    }
}

#[path = "descope_audience_tests.rs"]
mod audience;
#[path = "descope_tenants_tests.rs"]
mod tenants;
