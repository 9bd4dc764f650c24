use local_issuer::LocalIssuer;
use serde_json::{Value, json};

use crate::support::{client, facts, json_of, names, start, verified};

async fn exchange(
    issuer: &LocalIssuer,
    credentials: Option<&str>,
    body: &str,
) -> (u16, String, Value) {
    let mut request = client()
        .post(issuer.descope().exchange_url())
        .body(body.to_owned());
    if let Some(credentials) = credentials {
        request = request.bearer_auth(credentials);
    }
    facts(request.send().await.unwrap()).await
}

fn key_of(issuer: &LocalIssuer, persona: &str) -> String {
    let secret = issuer
        .descope()
        .persona(persona)
        .unwrap()
        .secret
        .reveal()
        .to_owned();
    format!("{}:{secret}", issuer.descope().project_id())
}

#[tokio::test]
async fn refusals_are_in_descopes_words() {
    let issuer = start().await;
    let project = issuer.descope().project_id();
    let missing = json!({ "errorCode": "E062802", "errorDescription": "Missing access key", "errorMessage": "Access key is missing" });
    let wrong = json!({ "errorCode": "E062803", "errorDescription": "Invalid access key", "errorMessage": "Failed to validate access key" });
    let cases = [
        (None, 401, &missing),
        (Some(project.to_owned()), 401, &missing),
        (Some(format!("{project}:")), 401, &missing),
        (Some(format!("{project}:wrong")), 401, &wrong),
        (
            Some("P2OtherProject00000000000000:local-session-secret".to_owned()),
            401,
            &wrong,
        ),
    ];
    for (credentials, status, body) in cases {
        let answer = exchange(&issuer, credentials.as_deref(), "{}").await;
        assert_eq!(
            answer,
            (status, "no-store".to_owned(), body.clone()),
            "{credentials:?}"
        );
    }

    let key = key_of(&issuer, "member");
    let (status, _, body) = exchange(
        &issuer,
        Some(&key),
        r#"{"loginOptions":{"selectedTenant":"T2Other"}}"#,
    )
    .await;
    assert_eq!(
        (status, &body["errorCode"]),
        (400, &json!("E011004")),
        "a tenant the key is not in"
    );
    let (status, _, body) = exchange(&issuer, Some(&key), "not json").await;
    assert_eq!((status, &body["errorCode"]), (400, &json!("E011001")));
}

#[tokio::test]
async fn an_access_key_is_exchanged_for_a_session_token() {
    let issuer = start().await;
    let descope = issuer.descope();
    for body in ["", "{}", r#"{"loginOptions":{}}"#] {
        let (status, cache_control, answer) =
            exchange(&issuer, Some(&key_of(&issuer, "session")), body).await;
        assert_eq!(
            (status, cache_control.as_str()),
            (200, "no-store"),
            "{body}"
        );
        assert_eq!(
            names(answer.as_object().unwrap()),
            ["keyId", "sessionJwt"],
            "{body}"
        );
        let (_, claims) =
            verified(answer["sessionJwt"].as_str().unwrap(), &descope.jwks_url()).await;
        let token = answer["sessionJwt"].as_str().unwrap();
        assert_eq!(
            names(&json_of(token, 1)),
            ["drn", "exp", "iat", "iss", "permissions", "roles", "sub"],
            "{body}"
        );
        assert_eq!(claims["sub"], answer["keyId"], "{body}");
        assert!(claims["sub"].as_str().unwrap().starts_with('K'), "{body}");
        assert_eq!(
            (&claims["drn"], &claims["iss"]),
            (&json!("DS"), &json!(descope.session_issuer())),
            "{body}"
        );
        assert_eq!(
            (&claims["roles"], &claims["permissions"]),
            (&json!(["admin"]), &json!(["users.create"])),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_session_token_has_a_scope_only_if_the_persona_says_so() {
    let issuer = start().await;
    let (_, _, answer) = exchange(&issuer, Some(&key_of(&issuer, "session-scoped")), "{}").await;
    let claims = json_of(answer["sessionJwt"].as_str().unwrap(), 1);
    assert_eq!(
        (&claims["scope"], &claims["roles"]),
        (&json!("read:messages"), &json!(["viewer"]))
    );
}

#[tokio::test]
async fn login_options_choose_a_tenant_and_add_claims_that_are_not_secure() {
    let issuer = start().await;
    let body = r#"{"loginOptions":{"selectedTenant":"T2LocalAcme00000000000000000","customClaims":{"roles":["admin"]}}}"#;
    let (_, _, answer) = exchange(&issuer, Some(&key_of(&issuer, "member")), body).await;
    let claims = json_of(answer["sessionJwt"].as_str().unwrap(), 1);
    assert_eq!(claims["dct"], "T2LocalAcme00000000000000000");
    assert_eq!(
        (&claims["nsec"], &claims["roles"]),
        (&json!({ "roles": ["admin"] }), &json!([]))
    );
    assert_eq!(
        (&claims["department"], claims.get("aud")),
        (&json!("engineering"), None)
    );
}
