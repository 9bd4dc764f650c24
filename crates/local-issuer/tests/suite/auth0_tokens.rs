use local_issuer::{LocalIssuer, TokenDialect};
use serde_json::{Map, Value, json};

use crate::support::{
    Form, assert_members, client, facts, form, json_of, names, post_form, post_json, quick, start,
    verified,
};

const AUDIENCE: (&str, &str) = ("audience", "https://api.example.com");

/// The response and the claims of a persona's token.
async fn claims_of(
    issuer: &LocalIssuer,
    persona: &str,
    scope: Option<&str>,
) -> (Value, Map<String, Value>) {
    let more: Form = &[AUDIENCE, ("scope", scope.unwrap_or_default())];
    let (status, _, body) = post_form(&issuer.auth0().token_url(), &form(persona, more)).await;
    assert_eq!(status, 200, "{persona}: {body}");
    let token = body["access_token"].as_str().unwrap().to_owned();
    verified(&token, &issuer.auth0().jwks_url()).await;
    (body, json_of(&token, 1))
}

#[tokio::test]
async fn both_content_types_and_both_ways_to_authenticate_give_a_token() {
    let issuer = start().await;
    let url = issuer.auth0().token_url();
    let form = form("machine", &[AUDIENCE]);
    let json = Value::from_iter(form.iter().cloned());
    let basic = client()
        .post(&url)
        .basic_auth("local-machine", Some("local-machine-secret"))
        .form(&[("grant_type", "client_credentials"), AUDIENCE]);
    let answers = [
        ("form", post_form(&url, &form).await),
        ("json", post_json(&url, &json).await),
        ("basic", facts(basic.send().await.unwrap()).await),
    ];
    for (case, (status, cache_control, body)) in answers {
        assert_eq!(
            (status, cache_control.as_str()),
            (200, "no-store"),
            "{case}"
        );
        let body = body.as_object().unwrap();
        assert_eq!(
            names(body),
            "access_token token_type expires_in scope",
            "{case}"
        );
        let expected =
            json!({ "token_type": "Bearer", "expires_in": 86400, "scope": "read:messages" });
        assert_members(body, expected);
        let token = body["access_token"].as_str().unwrap();
        verified(token, &issuer.auth0().jwks_url()).await;
    }
}

#[tokio::test]
async fn a_machines_token_has_auth0s_shape() {
    let issuer = start().await;
    let (body, claims) = claims_of(&issuer, "machine", None).await;
    let header = json_of(body["access_token"].as_str().unwrap(), 0);
    assert_eq!(names(&header), "alg typ kid");
    assert_members(&header, json!({ "alg": "RS256", "typ": "JWT" }));
    assert_eq!(
        names(&claims),
        "iss sub aud iat exp scope gty azp permissions"
    );
    let expected = json!({
        "iss": issuer.auth0().issuer(), "sub": "local-machine@clients", "azp": "local-machine",
        "aud": "https://api.example.com", "gty": "client-credentials", "scope": "read:messages",
        "permissions": ["admin:access", "read:messages"], "exp": claims["iat"].as_i64().unwrap() + 86400,
    });
    assert_members(&claims, expected);
}

#[tokio::test]
async fn without_a_granted_scope_there_is_no_scope_at_all() {
    let issuer = start().await;
    for (persona, scope) in [
        ("unscoped", None),
        ("machine", Some("write:messages openid")),
    ] {
        let (body, claims) = claims_of(&issuer, persona, scope).await;
        assert_eq!(
            (body.get("scope"), claims.get("scope")),
            (None, None),
            "{persona}"
        );
    }
}

#[tokio::test]
async fn scopes_are_what_was_asked_for_and_is_held_and_permissions_are_all() {
    let issuer = start().await;
    let scope = Some("write:messages delete:messages openid");
    let (body, claims) = claims_of(&issuer, "editor", scope).await;
    assert_eq!(body["scope"], "write:messages openid");
    let expected = json!({ "scope": "write:messages openid", "permissions": ["read:messages", "write:messages"] });
    assert_members(&claims, expected);
}

#[tokio::test]
async fn a_users_token_has_the_users_claims() {
    let issuer = start().await;
    let userinfo = format!("{}userinfo", issuer.auth0().issuer());
    let (_, claims) = claims_of(&issuer, "admin", None).await;
    let expected = json!({
        "sub": "auth0|local-admin", "aud": ["https://api.example.com", userinfo], "email": "ada@example.com",
        "email_verified": true, "https://example.com/roles": ["admin"], "gty": null,
    });
    assert_members(&claims, expected);

    let (_, claims) = claims_of(&issuer, "admin", Some("read:messages")).await;
    assert_members(
        &claims,
        json!({ "aud": "https://api.example.com", "email": null }),
    );
    let (_, claims) = claims_of(&issuer, "member", None).await;
    let expected = json!({
        "org_id": "org_2LocalAcme000000", "org_name": "acme", "https://example.com/department": "engineering",
    });
    assert_members(&claims, expected);
}

#[tokio::test]
async fn the_dialect_decides_on_type_client_and_permissions() {
    let cases = [
        (TokenDialect::AccessToken, "JWT", "azp", true, false),
        (TokenDialect::AccessTokenAuthz, "JWT", "azp", true, true),
        (
            TokenDialect::Rfc9068Profile,
            "at+jwt",
            "client_id",
            false,
            false,
        ),
        (
            TokenDialect::Rfc9068ProfileAuthz,
            "at+jwt",
            "client_id",
            false,
            true,
        ),
    ];
    for (dialect, typ, client_claim, gty, permissions) in cases {
        let mut config = quick();
        config.auth0.dialect = dialect;
        config.auth0.roles_claim = "https://other.example.com/roles".to_owned();
        let issuer = LocalIssuer::start(config).await.unwrap();
        let (body, claims) = claims_of(&issuer, "machine", None).await;
        let header = json_of(body["access_token"].as_str().unwrap(), 0);
        assert_eq!(header["typ"], typ, "{dialect:?}");
        assert_eq!(claims[client_claim], "local-machine", "{dialect:?}");
        let there = ["gty", "jti", "permissions"].map(|name| claims.contains_key(name));
        assert_eq!(there, [gty, !gty, permissions], "{dialect:?}");
        let (_, claims) = claims_of(&issuer, "operator", None).await;
        assert_members(
            &claims,
            json!({ "https://other.example.com/roles": ["admin"] }),
        );
    }
}

#[tokio::test]
async fn a_persona_can_ask_for_its_own_organization_by_id_or_name() {
    let issuer = start().await;
    for organization in ["org_2LocalAcme000000", "acme"] {
        let more = [AUDIENCE, ("organization", organization)];
        let (status, _, body) =
            post_form(&issuer.auth0().token_url(), &form("member", &more)).await;
        assert_eq!(status, 200, "{body}");
        let claims = json_of(body["access_token"].as_str().unwrap(), 1);
        assert_eq!(claims["org_id"], "org_2LocalAcme000000");
    }
}
