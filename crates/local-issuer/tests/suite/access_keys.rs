use local_issuer::LocalIssuer;
use serde_json::{Map, Value, json};

use crate::support::{assert_members, client, facts, json_of, names, start, verified};

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
    let persona = issuer.descope().persona(persona).unwrap();
    format!(
        "{}:{}",
        issuer.descope().project_id(),
        persona.secret.reveal()
    )
}

/// The claims of the session token that a persona's access key is exchanged for.
async fn session(issuer: &LocalIssuer, persona: &str, body: &str) -> Map<String, Value> {
    let (_, _, answer) = exchange(issuer, Some(&key_of(issuer, persona)), body).await;
    json_of(answer["sessionJwt"].as_str().unwrap(), 1)
}

#[tokio::test]
async fn refusals_are_in_descopes_words() {
    let issuer = start().await;
    let project = issuer.descope().project_id();
    let missing = json!({ "errorCode": "E062802", "errorDescription": "Missing access key", "errorMessage": "Access key is missing" });
    let wrong = json!({ "errorCode": "E062803", "errorDescription": "Invalid access key", "errorMessage": "Failed to validate access key" });
    let other_project = "P2OtherProject00000000000000:local-session-secret";
    let cases = [
        (None, &missing),
        (Some(project.to_owned()), &missing),
        (Some(format!("{project}:")), &missing),
        (Some(format!("{project}:wrong")), &wrong),
        (Some(other_project.to_owned()), &wrong),
    ];
    for (credentials, body) in cases {
        let answer = exchange(&issuer, credentials.as_deref(), "{}").await;
        let expected = (401, "no-store".to_owned(), body.clone());
        assert_eq!(answer, expected, "{credentials:?}");
    }
    let key = key_of(&issuer, "member");
    // A tenant the key is not in, and a body that is no JSON.
    let other_tenant = r#"{"loginOptions":{"selectedTenant":"T2Other"}}"#;
    for (body, code) in [(other_tenant, "E011004"), ("not json", "E011001")] {
        let (status, _, answer) = exchange(&issuer, Some(&key), body).await;
        assert_eq!(
            (status, &answer["errorCode"]),
            (400, &json!(code)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_access_key_is_exchanged_for_a_session_token() {
    let issuer = start().await;
    let descope = issuer.descope();
    let key = key_of(&issuer, "session");
    for body in ["", "{}", r#"{"loginOptions":{}}"#] {
        let (status, cache_control, answer) = exchange(&issuer, Some(&key), body).await;
        assert_eq!(
            (status, cache_control.as_str()),
            (200, "no-store"),
            "{body}"
        );
        assert_eq!(
            names(answer.as_object().unwrap()),
            "keyId sessionJwt",
            "{body}"
        );
        let token = answer["sessionJwt"].as_str().unwrap();
        let (_, claims) = verified(token, &descope.jwks_url()).await;
        assert_eq!(
            names(&json_of(token, 1)),
            "drn exp iat iss permissions roles sub",
            "{body}"
        );
        let expected = json!({
            "sub": answer["keyId"], "drn": "DS", "iss": descope.session_issuer(), "roles": ["admin"],
            "permissions": ["users.create"],
        });
        assert_members(&claims, expected);
        assert!(claims["sub"].as_str().unwrap().starts_with('K'), "{body}");
    }
}

#[tokio::test]
async fn a_session_token_has_a_scope_only_if_the_persona_says_so() {
    let claims = session(&start().await, "session-scoped", "{}").await;
    assert_members(
        &claims,
        json!({ "scope": "read:messages", "roles": ["viewer"] }),
    );
}

#[tokio::test]
async fn login_options_choose_a_tenant_and_add_claims_that_are_not_secure() {
    let body = r#"{"loginOptions":{"selectedTenant":"T2LocalAcme00000000000000000","customClaims":{"roles":["admin"]}}}"#;
    let claims = session(&start().await, "member", body).await;
    let expected = json!({
        "dct": "T2LocalAcme00000000000000000", "nsec": { "roles": ["admin"] }, "roles": [],
        "department": "engineering", "aud": null,
    });
    assert_members(&claims, expected);
}
