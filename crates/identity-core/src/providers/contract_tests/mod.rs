//! The tokens of every provider, one row each: the contract holds, its access token gives these rights, and its ID token and
//! the token of another tenant are refused.

mod cases;

use std::sync::Arc;

use serde_json::json;

use self::cases::{TENANT, cases, keycloak, zitadel};
use super::test_tokens::{NOW, Tokens};
use super::{Oidc, OidcConfig, ProviderError};
use crate::Provider;
use crate::keys::KeyAddress;
use crate::testing::{TestIssuer, provider_contract};

#[tokio::test]
async fn every_provider_keeps_the_contract_and_refuses_its_other_tokens() {
    for case in cases() {
        let name = case.access["iss"].clone();
        let tokens = Tokens::new(Arc::clone(&case.provider), case.access.clone());
        for (changes, code) in &case.refused {
            let refused = tokens.refusal(changes.clone()).await;
            assert_eq!(refused, Some(*code), "{name}: {changes}");
        }
        provider_contract(Arc::clone(&case.provider), &case.access).await;
        let caller = tokens.caller(json!({})).await;
        let principal = caller.principal();
        assert_eq!(principal.scopes, case.scopes, "{name}");
        assert_eq!(principal.roles, case.roles, "{name}");
        assert_eq!(principal.permissions, case.permissions, "{name}");
        let tenant = principal.current_tenant.as_deref();
        assert_eq!(tenant, case.tenant, "{name}");
        if let Some(tenant) = tenant.filter(|_| principal.tenants.is_empty()) {
            let mut roles = principal.roles.iter();
            assert!(roles.all(|role| principal.has_role_in(tenant, role)));
        }
    }
}

#[tokio::test]
async fn a_test_issuer_writes_the_rights_that_the_provider_reads() {
    for case in cases() {
        let name = case.access["iss"].clone();
        let issuer = TestIssuer::of(Arc::clone(&case.provider)).at(NOW);
        let mut caller = issuer.caller("user-1");
        for scope in case.scopes {
            caller = caller.scope(scope);
        }
        for role in case.roles {
            caller = caller.role(role);
        }
        for permission in case.permissions {
            caller = caller.permission(permission);
        }
        if let Some(tenant) = case.tenant {
            caller = caller.tenant(tenant);
        }
        for bad in caller.bad_tokens() {
            let refused = issuer.authenticator().authenticate(&bad.token).await;
            assert_eq!(refused.unwrap_err().code(), bad.code, "{name}: {bad}");
        }
        let found = caller.authenticated().await;
        let principal = found.principal();
        assert_eq!(principal.subject, "user-1", "{name}");
        assert_eq!(principal.scopes, case.scopes, "{name}");
        assert_eq!(principal.roles, case.roles, "{name}");
        assert_eq!(principal.permissions, case.permissions, "{name}");
        assert_eq!(principal.current_tenant.as_deref(), case.tenant, "{name}");
        if !case.roles.is_empty() {
            let member = issuer.caller("user-2").role_in("T9", "member");
            let found = member.claim("extra.one", 1).authenticated().await;
            let has_role = found.principal().has_role_in("T9", "member");
            assert_eq!(has_role, case.has_roles_in_tenants, "{name}");
            assert!(!found.principal().has_role_in("T8", "member"), "{name}");
            assert_eq!(found.token().claim("extra"), Some(&json!({"one": 1})));
        }
    }
}

#[tokio::test]
async fn a_role_of_zitadel_is_one_of_the_organizations_that_granted_it() {
    let case = zitadel();
    let tokens = Tokens::new(Arc::clone(&case.provider), case.access);
    let caller = tokens.caller(json!({})).await;
    let principal = caller.principal();
    assert!(
        !principal.has_role("owner"),
        "granted by another organization"
    );
    assert!(!principal.has_role_in("5566", "owner"));
    assert!(principal.has_role_in("7788", "owner"));
    assert!(principal.has_role_in("5566", "editor"));
    assert!(!principal.has_role("root"), "a role of another project");
    let without_own = json!({"urn:zitadel:iam:user:resourceowner:id": null});
    let caller = tokens.caller(without_own).await;
    assert!(caller.principal().roles.is_empty());
}

#[tokio::test]
async fn several_organizations_of_keycloak_are_none() {
    let case = keycloak();
    let tokens = Tokens::new(Arc::clone(&case.provider), case.access);
    for (organization, expected) in [
        (json!(["acme", "other"]), None),
        (json!({"acme": {}, "other": {}}), None),
        (json!([]), None),
        (json!({}), None),
        (json!(["acme", 5]), None),
        (json!(["acme"]), Some("acme")),
        (json!({"acme": {}}), Some("acme")),
    ] {
        let caller = tokens.caller(json!({"organization": organization})).await;
        let principal = caller.principal();
        let found = principal.current_tenant.as_deref();
        assert_eq!(found, expected, "{organization}");
        assert!(principal.has_role("editor"));
        let is_inside = principal.has_role_in("acme", "editor");
        assert!(!is_inside, "a role of the realm: {organization}");
    }
}

#[test]
fn a_value_that_the_provider_does_not_have_is_refused_with_an_example() {
    let entra = |tenant| OidcConfig::entra(&[tenant], "api");
    for refused in [
        OidcConfig::keycloak("https://sso.example.com/realms/acme/", "api"),
        OidcConfig::keycloak("https://sso.example.com", "api"),
        OidcConfig::entra(&[], "api"),
        entra("common"),
        entra("organizations"),
        entra("acme.onmicrosoft.com"),
        OidcConfig::cognito("EXAMPLE", &["client"]),
        OidcConfig::cognito("evil.example/x_EXAMPLE", &["client"]),
        OidcConfig::okta("https://example.okta.com", "api"),
        OidcConfig::google("https://api.example.com", &[]),
        OidcConfig::google("1.apps.googleusercontent.com", &["1"]),
        OidcConfig::google("https://api.example.com", &["1.apps.googleusercontent.com"]),
        OidcConfig::zitadel("https://acme.zitadel.cloud/", "1122"),
        OidcConfig::zitadel("https://acme.zitadel.cloud", "billing"),
    ] {
        let message = refused.unwrap_err().to_string();
        let has_example = message.starts_with("expected ") && message.contains(", such as ");
        assert!(has_example, "{message}");
    }
    let without_clients = OidcConfig::cognito("eu-central-1_EXAMPLE", &[]).unwrap();
    assert_eq!(
        Oidc::new(without_clients).unwrap_err(),
        ProviderError::NoClients
    );
}

#[test]
fn several_tenants_of_entra_share_the_key_set_of_all() {
    let other = "11111111-6c67-4c5b-b112-36a304b66dad";
    let config = OidcConfig::entra(&[TENANT, other], "api").unwrap();
    let issuers = [TENANT, other].map(|id| format!("https://login.microsoftonline.com/{id}/v2.0"));
    assert_eq!(config.issuers(), issuers);
    let KeyAddress::Fixed(url) = Oidc::new(config).unwrap().keys() else {
        panic!("no key set");
    };
    let expected = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
    assert_eq!(url.as_str(), expected);
}
