use local_issuer::{LocalIssuer, TokenDialect};
use serde_json::{Map, Value, json};

use crate::support::{client, facts, json_of, names, post_form, post_json, quick, start, verified};

const AUDIENCE: (&str, &str) = ("audience", "https://api.example.com");
const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", "local-machine");
const SECRET: (&str, &str) = ("client_secret", "local-machine-secret");

async fn claims_of(
    issuer: &LocalIssuer,
    persona: &str,
    scope: Option<&str>,
) -> (Value, Map<String, Value>) {
    let (id, secret) = (
        format!("local-{persona}"),
        format!("local-{persona}-secret"),
    );
    let mut form = vec![
        CLIENT_CREDENTIALS,
        AUDIENCE,
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    let (status, _, body) = post_form(&issuer.auth0().token_url(), &form).await;
    assert_eq!(status, 200, "{persona}: {body}");
    let token = body["access_token"].as_str().unwrap().to_owned();
    verified(&token, &issuer.auth0().jwks_url()).await;
    (body, json_of(&token, 1))
}

#[tokio::test]
async fn both_content_types_and_both_ways_to_authenticate_give_a_token() {
    let issuer = start().await;
    let url = issuer.auth0().token_url();
    let form = [CLIENT_CREDENTIALS, ID, SECRET, AUDIENCE];
    let json = Value::Object(
        form.iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect(),
    );
    let basic = client()
        .post(&url)
        .basic_auth(ID.1, Some(SECRET.1))
        .form(&[CLIENT_CREDENTIALS, AUDIENCE]);
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
        assert_eq!(
            names(body.as_object().unwrap()),
            ["access_token", "token_type", "expires_in", "scope"],
            "{case}"
        );
        assert_eq!(
            (&body["token_type"], &body["expires_in"], &body["scope"]),
            (&json!("Bearer"), &json!(86400), &json!("read:messages")),
            "{case}"
        );
        verified(
            body["access_token"].as_str().unwrap(),
            &issuer.auth0().jwks_url(),
        )
        .await;
    }
}

#[tokio::test]
async fn a_machines_token_has_auth0s_shape() {
    let issuer = start().await;
    let (body, claims) = claims_of(&issuer, "machine", None).await;
    let header = json_of(body["access_token"].as_str().unwrap(), 0);
    assert_eq!(names(&header), ["alg", "typ", "kid"]);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert_eq!(
        names(&claims),
        [
            "iss",
            "sub",
            "aud",
            "iat",
            "exp",
            "scope",
            "gty",
            "azp",
            "permissions"
        ]
    );
    assert_eq!(claims["iss"], issuer.auth0().issuer());
    assert_eq!(
        (&claims["sub"], &claims["azp"]),
        (&json!("local-machine@clients"), &json!("local-machine"))
    );
    assert_eq!(
        (&claims["aud"], &claims["gty"]),
        (
            &json!("https://api.example.com"),
            &json!("client-credentials")
        )
    );
    assert_eq!(
        (&claims["scope"], &claims["permissions"]),
        (
            &json!("read:messages"),
            &json!(["admin:access", "read:messages"])
        )
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        86400
    );
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
    let (body, claims) = claims_of(
        &issuer,
        "editor",
        Some("write:messages delete:messages openid"),
    )
    .await;
    assert_eq!(
        (&body["scope"], &claims["scope"]),
        (
            &json!("write:messages openid"),
            &json!("write:messages openid")
        )
    );
    assert_eq!(
        claims["permissions"],
        json!(["read:messages", "write:messages"])
    );
}

#[tokio::test]
async fn a_users_token_has_the_users_claims() {
    let issuer = start().await;
    let (_, claims) = claims_of(&issuer, "admin", None).await;
    assert_eq!(claims["sub"], "auth0|local-admin");
    assert_eq!(
        claims["aud"],
        json!([
            "https://api.example.com",
            format!("{}userinfo", issuer.auth0().issuer())
        ])
    );
    assert_eq!(
        (&claims["email"], &claims["email_verified"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(
        (&claims["https://example.com/roles"], claims.get("gty")),
        (&json!(["admin"]), None)
    );

    let (_, claims) = claims_of(&issuer, "admin", Some("read:messages")).await;
    assert_eq!(
        (&claims["aud"], claims.get("email")),
        (&json!("https://api.example.com"), None),
        "without openid"
    );
    let (_, claims) = claims_of(&issuer, "member", None).await;
    assert_eq!(
        (&claims["org_id"], &claims["org_name"]),
        (&json!("org_2LocalAcme000000"), &json!("acme"))
    );
    assert_eq!(claims["https://example.com/department"], "engineering");
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
        assert_eq!(claims.contains_key("gty"), gty, "{dialect:?}");
        assert_eq!(claims.contains_key("jti"), !gty, "{dialect:?}");
        assert_eq!(
            claims.contains_key("permissions"),
            permissions,
            "{dialect:?}"
        );
        let (_, claims) = claims_of(&issuer, "operator", None).await;
        assert_eq!(
            claims["https://other.example.com/roles"],
            json!(["admin"]),
            "{dialect:?}"
        );
    }
}
