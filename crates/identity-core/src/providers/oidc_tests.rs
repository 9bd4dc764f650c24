//! The forms of tokens of an OpenID Connect issuer, and the rights in them.

use crate::Provider;
use crate::claims::ClaimPath;
use crate::keys::KeyAddress;
use crate::providers::test_tokens::{NOW, Tokens};
use crate::testing::TestKey;
use crate::verification::{Algorithm, AudienceRule};
use serde_json::{Value, json};

use super::{Oidc, OidcConfig, ProviderError};

const ISSUER: &str = "http://localhost:8002";
const READ: &str = "example_service.billing.read";

/// Returns the configuration of an issuer that is its own audience, with a list of scopes in `scopes`.
fn settings() -> OidcConfig {
    OidcConfig {
        scope_claims: vec!["scopes".parse().unwrap()],
        ..OidcConfig::new(ISSUER, ISSUER)
    }
}

/// Returns the claims of a user's token.
fn good() -> Value {
    json!({
        "iss": ISSUER, "sub": "U1", "aud": ISSUER, "iat": NOW, "exp": NOW + 600.0, "org_id": "O1",
        "scopes": [READ], "scope": "other", "roles": ["owner"],
    })
}

fn tokens_of(settings: OidcConfig) -> Tokens {
    Tokens::new(Oidc::new(settings).unwrap(), good())
}

fn tokens() -> Tokens {
    tokens_of(settings())
}

#[test]
fn discovery_is_below_the_issuer_whose_last_slash_does_not_count() {
    for (issuer, base) in [
        ("https://id.example.com", "https://id.example.com"),
        ("https://id.example.com/", "https://id.example.com"),
        ("https://id.example.com/a/b", "https://id.example.com/a/b"),
        ("https://id.example.com/a/", "https://id.example.com/a"),
    ] {
        let provider = Oidc::issuer(issuer, ISSUER).unwrap();
        let KeyAddress::Discovered(discovery) = provider.keys() else {
            panic!("{issuer} is not discovered");
        };
        let url = format!("{base}/.well-known/openid-configuration");
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
    let others = json!([
        "http://localhost:8002/",
        "https://localhost:8002",
        "http://LOCALHOST:8002",
        "http://localhost:80020",
        null,
    ]);
    let refused = Some("invalid_claims");
    tokens().expect_each("iss", others, refused).await;
    tokens().expect_each("iss", json!([ISSUER]), None).await;
}

#[tokio::test]
async fn an_issuer_may_have_several_names() {
    let google = OidcConfig {
        other_issuers: vec!["accounts.google.com".to_owned()],
        ..OidcConfig::new("https://accounts.google.com", ISSUER)
    };
    let names = json!(google.issuers());
    let KeyAddress::Discovered(discovery) = Oidc::new(google.clone()).unwrap().keys() else {
        panic!("not discovered");
    };
    assert_eq!(json!(discovery.issuers), names);
    let url = "https://accounts.google.com/.well-known/openid-configuration";
    assert_eq!(discovery.url.as_str(), url, "below the first");
    let tokens = tokens_of(google);
    tokens.expect_each("iss", names, None).await;
    let others = json!([
        ISSUER,
        "http://accounts.google.com",
        "accounts.google.com/",
        "google.com"
    ]);
    let refused = Some("invalid_claims");
    tokens.expect_each("iss", others, refused).await;
}

#[tokio::test]
async fn the_audience_is_required() {
    let (refused, wrong_type) = (Some("invalid_claims"), Some("invalid_claim_type"));
    let others = json!([null, [], "https://billing.example.com"]);
    tokens().expect_each("aud", others, refused).await;
    tokens().expect_each("aud", json!([[5]]), wrong_type).await;
    let ours = json!([ISSUER, ["other", ISSUER]]);
    tokens().expect_each("aud", ours, None).await;
    let elsewhere = tokens_of(OidcConfig {
        audience: AudienceRule::Required(vec![
            "https://billing.example.com".to_owned(),
            "urn:billing".to_owned(),
        ]),
        ..settings()
    });
    // The issuer is no longer an audience.
    elsewhere.expect_each("aud", json!([ISSUER]), refused).await;
    let either = json!([
        "https://billing.example.com",
        "urn:billing",
        [ISSUER, "urn:billing"]
    ]);
    elsewhere.expect_each("aud", either, None).await;
}

#[tokio::test]
async fn without_an_audience_the_client_is_checked() {
    let without_audience = |clients: &[&str]| OidcConfig {
        audience: AudienceRule::Absent,
        clients: clients.iter().map(|&client| client.to_owned()).collect(),
        ..settings()
    };
    let nobody = Oidc::new(without_audience(&[]));
    assert_eq!(nobody.unwrap_err(), ProviderError::NoClients);
    let tokens = tokens_of(without_audience(&["C1"]));
    let refused = Some("invalid_claims");
    assert_eq!(tokens.refusal(json!({"client_id": "C1"})).await, refused);
    let accepted = json!({"client_id": "C1", "aud": null});
    assert_eq!(tokens.refusal(accepted).await, None);
    for changes in [
        json!({"aud": null}),
        json!({"aud": null, "client_id": "C2"}),
        json!({"aud": null, "client_id": "C2", "azp": "C1"}),
    ] {
        assert_eq!(tokens.refusal(changes.clone()).await, refused, "{changes}");
    }
}

#[tokio::test]
async fn only_the_algorithms_that_are_set_are_accepted() {
    let token = TestKey::fresh("ec", Algorithm::ES256).token(&good());
    let refused = tokens().refusal_of(&token).await;
    assert_eq!(refused, Some("algorithm_not_allowed"));
    let with_es256 = tokens_of(OidcConfig {
        algorithms: "ES256".parse().unwrap(),
        ..settings()
    });
    let refused = with_es256.refusal_of(&token).await;
    assert_eq!(refused, Some("key_not_found"), "it is looked for");
}

#[tokio::test]
async fn an_id_token_opens_nothing() {
    let id_token = Some("id_token");
    for claim in ["at_hash", "c_hash"] {
        tokens().expect_each(claim, json!(["x", 5]), id_token).await;
    }
    // Keycloak and authentik copy the nonce into access tokens, which have a scope.
    let copied = json!({"nonce": "x", "azp": "C1"});
    assert_eq!(tokens().refusal(copied).await, None);
    for alone in [
        json!({"nonce": "x"}),
        json!({"nonce": "x", "azp": "C1", "scope": null}),
    ] {
        assert_eq!(tokens().refusal(alone).await, id_token);
    }
    let (accepted, refused) = (["JWT", "at+jwt"], ["id+jwt", "logout+jwt"]);
    tokens().expect_types(&accepted, &refused).await;
}

#[tokio::test]
async fn scopes_roles_and_the_organization_come_from_their_claims_alone() {
    let changes = json!({"client_id": "C1", "azp": "C2", "permissions": ["admin"]});
    let caller = tokens().caller(changes).await;
    let principal = caller.principal();
    assert_eq!(principal.scopes, [READ]);
    assert_eq!(principal.roles, ["owner"]);
    assert_eq!(principal.current_tenant.as_deref(), Some("O1"));
    assert_eq!(principal.client.as_deref(), Some("C1"));
    assert!(principal.permissions.is_empty());
}

fn paths<const N: usize>(texts: [&str; N]) -> Vec<ClaimPath> {
    texts.map(|text| text.parse().unwrap()).to_vec()
}

#[tokio::test]
async fn rights_come_from_the_places_that_are_set_and_from_no_other() {
    let claims = json!({
        "realm_access": {"roles": ["of the realm"]}, "realm_access.roles": ["dotted"],
        "resource_access": {"my.api": {"roles": ["of the API"]}, "other": {"roles": ["of another"]}},
        "https://example.com/scopes": ["namespaced"], "https://example": {"com/scopes": ["nested"]},
        "scp": "a b", "o": {"id": "O2", "per": ["write"]},
    });
    let tokens = tokens_of(OidcConfig {
        scope_claims: paths(["https://example.com/scopes", "scp"]),
        role_claims: paths(["realm_access.roles", "/resource_access/my.api/roles"]),
        permission_claims: paths(["o.per"]),
        tenant_claim: "o.id".parse().unwrap(),
        ..settings()
    });
    let found = tokens.caller(claims).await;
    let principal = found.principal();
    assert_eq!(principal.scopes, ["namespaced", "a", "b"]);
    assert_eq!(principal.roles, ["of the realm", "of the API"]);
    assert_eq!(principal.permissions, ["write"]);
    assert_eq!(principal.current_tenant.as_deref(), Some("O2"));
    let found = tokens
        .caller(json!({"realm_access.roles": ["dotted"]}))
        .await;
    let principal = found.principal();
    let rights = [&principal.scopes, &principal.roles, &principal.permissions];
    assert!(
        rights.into_iter().all(Vec::is_empty),
        "the default claims do not count"
    );
    assert_eq!(principal.current_tenant, None);
}

#[tokio::test]
async fn keys_are_names_only_where_the_configuration_says_so() {
    let claim = "urn:zitadel:iam:org:project:roles";
    let role_claims = paths([claim]);
    let by_key = OidcConfig {
        permission_claims: role_claims.clone(),
        role_claims,
        ..settings()
    };
    let roles = json!({claim: {"admin": {"O1": "acme.example"}, "reader": {}}});
    for (from_keys, expected) in [(false, &[][..]), (true, &["admin"])] {
        let tokens = tokens_of(OidcConfig {
            roles_from_keys: from_keys,
            permissions_from_keys: from_keys,
            ..by_key.clone()
        });
        let found = tokens.caller(roles.clone()).await;
        assert_eq!(found.principal().roles, expected);
        assert_eq!(found.principal().permissions, expected);
        let listed = tokens.caller(json!({claim: ["admin"]})).await;
        let is_list = !listed.principal().roles.is_empty();
        assert_eq!(is_list, !from_keys, "one form or the other");
    }
}

#[tokio::test]
async fn a_claim_of_another_type_grants_nothing_and_is_no_error() {
    let tokens = tokens();
    for value in json!([null, 5, {READ: true}, [READ, 5], [[READ]]])
        .as_array()
        .unwrap()
    {
        let found = tokens
            .caller(json!({"scopes": value, "roles": value}))
            .await;
        assert!(found.principal().scopes.is_empty(), "{value}");
        assert!(found.principal().roles.is_empty(), "{value}");
    }
    let text = tokens
        .caller(json!({"scopes": "a b", "roles": "a b"}))
        .await;
    let principal = text.principal();
    assert_eq!(principal.scopes, ["a", "b"], "separated by spaces");
    assert_eq!(principal.roles, ["a b"], "a text is one role");
    for value in json!([5, ["O1"], {"id": "O1"}, true]).as_array().unwrap() {
        let found = tokens.caller(json!({"org_id": value})).await;
        assert_eq!(found.principal().current_tenant, None, "{value}");
    }
}
