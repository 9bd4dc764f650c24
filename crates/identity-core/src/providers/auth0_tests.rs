//! The forms of Auth0's tokens, and the rights in them.

use crate::providers::test_tokens::{NOW, Tokens, changed, has_no_rights, wrong_types};
use serde_json::{Value, json};

use super::{Auth0, Auth0Config, Domain};

const ISSUER: &str = "https://dev-example.us.auth0.com/";
const AUDIENCE: &str = "https://api.example.com";
const CLIENT: &str = "ENDmmAJsbwI1hOG1KPJddQ8LHjV6kLkV";

fn settings() -> Auth0Config {
    Auth0Config::new("dev-example.us.auth0.com".parse().unwrap(), AUDIENCE)
}

/// Returns the claims of a user's token.
fn good() -> Value {
    json!({
        "iss": ISSUER, "sub": "auth0|602c0dcab993d10073daf680",
        "aud": [AUDIENCE, "https://dev-example.us.auth0.com/userinfo"],
        "iat": NOW, "exp": NOW + 86_400.0, "azp": CLIENT, "scope": "openid profile email",
    })
}

fn tokens() -> Tokens {
    Tokens::new(Auth0::new(settings()).unwrap(), good())
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
        "dev-example.us.auth0.com,login.example.com",
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
async fn a_tenant_may_issue_under_its_own_and_a_custom_domain() {
    let both = Auth0Config {
        issuer: "https://login.example.com/".to_owned(),
        other_issuers: vec![ISSUER.to_owned()],
        ..settings()
    };
    let provider = Auth0::new(both).unwrap();
    let url = "https://login.example.com/.well-known/openid-configuration";
    assert_eq!(provider.discovery().url.as_str(), url, "at the first");
    let tokens = Tokens::new(provider, good());
    let names = json!([ISSUER, "https://login.example.com/"]);
    tokens.expect_each("iss", names, None).await;
    let others = json!(["https://login.example.com", "https://other.us.auth0.com/"]);
    let refused = Some("invalid_claims");
    tokens.expect_each("iss", others, refused).await;
}

#[tokio::test]
async fn the_issuer_is_compared_exactly() {
    let others = json!([
        "https://dev-example.us.auth0.com",
        "https://dev-example.us.auth0.com//",
        "http://dev-example.us.auth0.com/",
        "https://DEV-example.us.auth0.com/",
        "https://dev-example.us.auth0.com.evil.example/",
        "https://other.us.auth0.com/",
    ]);
    let refused = Some("invalid_claims");
    tokens().expect_each("iss", others, refused).await;
    tokens().expect_each("iss", json!([ISSUER]), None).await;
}

#[tokio::test]
async fn the_audience_is_required() {
    let machine = json!({"sub": "K123@clients", "drn": "DS", "gty": "client-credentials"});
    let provider = Auth0::new(settings()).unwrap();
    let machines = Tokens::new(provider, changed(good(), &machine));
    for tokens in [tokens(), machines] {
        let userinfo = "https://dev-example.us.auth0.com/userinfo";
        let others = json!([null, [], "", userinfo, CLIENT, "https://api.example.com/"]);
        tokens
            .expect_each("aud", others, Some("invalid_claims"))
            .await;
        let wrong_type = Some("invalid_claim_type");
        tokens.expect_each("aud", json!([[5]]), wrong_type).await;
        tokens
            .expect_each("aud", json!([AUDIENCE, [AUDIENCE]]), None)
            .await;
    }
}

#[tokio::test]
async fn one_service_may_be_several_apis() {
    let several = Auth0Config {
        other_audiences: vec!["urn:other-api".to_owned()],
        ..settings()
    };
    let tokens = Tokens::new(Auth0::new(several).unwrap(), good());
    let ours = json!([AUDIENCE, "urn:other-api", ["x", "urn:other-api"]]);
    tokens.expect_each("aud", ours, None).await;
    let others = json!([null, [], "urn:other-ap", CLIENT]);
    let refused = Some("invalid_claims");
    tokens.expect_each("aud", others, refused).await;
}

#[tokio::test]
async fn both_profiles_are_read() {
    let changes = json!({"azp": null, "client_id": "my_client", "jti": "73WakrfVbNJBaAmhQtEeDv"});
    let claims = changed(good(), &changes);
    let tokens = Tokens::new(Auth0::new(settings()).unwrap(), claims);
    let accepted = ["JWT", "at+jwt", "application/at+jwt"];
    tokens
        .expect_types(&accepted, &["id+jwt", "dpop+jwt"])
        .await;
    for kind in accepted {
        let caller = tokens.caller_of(&tokens.of_type(kind)).await;
        let client = caller.principal().client.as_deref();
        assert_eq!(client, Some("my_client"), "{kind}");
    }
}

#[tokio::test]
async fn an_id_token_opens_nothing() {
    let id_token = Some("id_token");
    let issued = json!({"aud": CLIENT, "nonce": "x"});
    assert_eq!(tokens().refusal(issued).await, id_token);
    for claim in ["nonce", "at_hash", "c_hash"] {
        tokens()
            .expect_each(claim, json!(["x", 5, []]), id_token)
            .await;
    }
    for (claim, value) in [
        ("token_use", "id"),
        ("typ", "ID"),
        ("token_type", "id_token"),
    ] {
        tokens().expect_each(claim, json!([value]), id_token).await;
    }
}

#[tokio::test]
async fn scopes_and_permissions_are_granted_as_they_stand() {
    let changes = json!({
        "scope": "read:messages write:messages", "permissions": ["admin:access", "read:messages"],
        "org_id": "org_9ybsU1dN2dKfDkBi",
    });
    let caller = tokens().caller(changes).await;
    let principal = caller.principal();
    assert_eq!(principal.scopes, ["read:messages", "write:messages"]);
    assert_eq!(principal.permissions, ["admin:access", "read:messages"]);
    assert_eq!(principal.client.as_deref(), Some(CLIENT));
    let tenant = principal.current_tenant.as_deref();
    assert_eq!(tenant, Some("org_9ybsU1dN2dKfDkBi"));
    assert!(principal.roles.is_empty());
}

#[tokio::test]
async fn roles_come_from_the_namespaced_claim_alone() {
    let everywhere = json!({
        "https://example.com/roles": ["editor"], "https://other.example/roles": ["admin"], "roles": ["admin"],
    });
    let caller = tokens().caller(everywhere.clone()).await;
    assert_eq!(caller.principal().roles, ["editor"]);
    let elsewhere = Auth0Config {
        roles_claim: "https://other.example/roles".to_owned(),
        ..settings()
    };
    let tokens = Tokens::new(Auth0::new(elsewhere).unwrap(), good());
    let caller = tokens.caller(everywhere).await;
    assert_eq!(caller.principal().roles, ["admin"]);
}

#[tokio::test]
async fn a_token_of_an_organization_that_is_not_known_is_refused() {
    let known = Auth0Config {
        organizations: vec!["org_A".to_owned(), "Acme".to_owned()],
        ..settings()
    };
    let tokens = Tokens::new(Auth0::new(known).unwrap(), good());
    for claims in [
        json!({"org_id": "org_B"}),
        json!({"org_id": "ORG_A"}),
        json!({"org_id": "org_B", "org_name": "other"}),
        json!({"org_id": "Acme"}),
        json!({"org_id": 5}),
        json!({"org_id": ["org_A"]}),
        json!({"org_name": "acme"}),
        json!({"org_id": 5, "org_name": "acme"}),
        json!({"org_id": "org_B", "org_name": ["acme"]}),
    ] {
        let refusal = tokens.refusal(claims.clone()).await;
        assert_eq!(refusal, Some("unknown_organization"), "{claims}");
    }
    for (claims, expected) in [
        (json!({}), None),
        (json!({"org_id": "org_A"}), Some("org_A")),
        (
            json!({"org_id": "org_B", "org_name": "acme"}),
            Some("org_B"),
        ),
    ] {
        let caller = tokens.caller(claims.clone()).await;
        let organization = caller.principal().current_tenant.as_deref();
        assert_eq!(organization, expected, "{claims}");
    }
}

#[tokio::test]
async fn claims_of_the_wrong_type_grant_nothing_and_are_no_error() {
    for value in wrong_types() {
        let changes = json!({
            "https://example.com/roles": value, "permissions": value, "scope": value, "org_id": value, "azp": value,
        });
        let caller = tokens().caller(changes).await;
        has_no_rights(caller.principal(), &value);
        assert_eq!(caller.principal().current_tenant, None, "{value}");
    }
}
