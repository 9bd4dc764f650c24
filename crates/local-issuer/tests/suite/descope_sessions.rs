use local_issuer::{IssuerConfig, LocalIssuer};
use serde_json::{Value, json};

use crate::descope_api::{call_with, manage, session_call, text, try_manage};
use crate::support::{assert_members, json_of, quick, start, verified};

const DAY: i64 = 24 * 60 * 60;

/// The response to the sign-in of a persona with its password.
async fn sign_in(issuer: &LocalIssuer, login_id: &str, persona: &str) -> Value {
    let body = json!({ "loginId": login_id, "password": format!("local-{persona}-secret") });
    let (status, answer) = call_with(issuer, "POST /v1/auth/password/signin", "", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn refresh(issuer: &LocalIssuer, token: &str) -> (u16, Value) {
    let credentials = format!(":{token}");
    call_with(issuer, "POST /v1/auth/refresh", &credentials, &json!({})).await
}

#[tokio::test]
async fn a_persona_has_a_session_with_descopes_tokens() {
    let issuer = start().await;
    let descope = issuer.descope();
    let answer = sign_in(&issuer, "mia@example.com", "member").await;
    let jwks = descope.jwks_url();
    let (_, claims) = verified(&text(&answer, "sessionJwt"), &jwks).await;
    let persona = descope.persona("member").unwrap();
    let expected = json!({
        "drn": "DS", "iss": descope.session_issuer(), "sub": persona.subject, "amr": ["pwd"], "aud": null, "scope": null,
        "roles": [], "department": "engineering", "dct": null, "nsec": null, "jti": null,
        "exp": answer["sessionExpiration"],
    });
    assert_members(&claims, expected);
    let acme = json!({ "permissions": ["users.create", "users.delete"], "roles": ["admin"] });
    assert_eq!(claims["tenants"]["T2LocalAcme00000000000000000"], acme);

    let (_, claims) = verified(&text(&answer, "refreshJwt"), &jwks).await;
    let expected = json!({ "drn": "DSR", "sub": persona.subject, "exp": answer["cookieExpiration"], "rexp": null });
    assert_members(&claims, expected);
    assert_eq!(answer["cookieMaxAge"], 28 * DAY);

    let user = answer["user"].as_object().unwrap();
    let expected = json!({
        "userId": persona.subject, "loginIds": ["mia@example.com", "member"], "email": "mia@example.com",
        "verifiedEmail": true, "status": "enabled", "test": false, "name": "Mia Member",
    });
    assert_members(user, expected);
    assert_eq!(answer["firstSeen"], false);
    // Two of the same second are two sessions.
    let again = sign_in(&issuer, "member", "member").await;
    assert_ne!(again["refreshJwt"], answer["refreshJwt"]);
}

#[tokio::test]
async fn a_session_is_refreshed_read_validated_and_ended() {
    let issuer = start().await;
    let answer = sign_in(&issuer, "member", "member").await;
    let token = text(&answer, "refreshJwt");
    let (status, refreshed) = refresh(&issuer, &token).await;
    assert_eq!(
        (status, &refreshed["refreshJwt"]),
        (200, &answer["refreshJwt"])
    );
    let me = session_call(&issuer, "GET /v1/auth/me", &token, Value::Null).await;
    assert_eq!(me, answer["user"]);
    let session = text(&refreshed, "sessionJwt");
    let valid = session_call(&issuer, "POST /v1/auth/validate", &session, json!({})).await;
    let parsed = valid["parsedJWT"].as_object().unwrap();
    assert_members(parsed, json!({ "drn": "DS", "sub": me["userId"] }));
    assert!(text(&valid["parsedJWT"], "exp").ends_with('Z'), "{valid}");
    // A management key may follow the token.
    let keyed = format!("{token}:some-management-key");
    session_call(&issuer, "GET /v1/auth/me", &keyed, Value::Null).await;

    let acme = "T2LocalAcme00000000000000000";
    let chosen = json!({ "tenant": acme });
    let chosen = session_call(&issuer, "POST /v1/auth/tenant/select", &token, chosen).await;
    let claims = json_of(&text(&chosen, "sessionJwt"), 1);
    assert_eq!(claims["dct"], acme);
    let current = text(&chosen, "refreshJwt");
    let tenants = session_call(
        &issuer,
        "POST /v1/auth/me/tenants",
        &current,
        json!({ "dct": true }),
    );
    let expected = json!({ "tenants": [{ "id": acme, "name": acme, "customAttributes": {} }] });
    assert_eq!(tenants.await, expected);

    session_call(&issuer, "POST /v1/auth/logout", &token, json!({})).await;
    let (status, answer) = refresh(&issuer, &token).await;
    assert_eq!((status, &answer["errorCode"]), (401, &json!("E064001")));
    assert!(
        text(&answer, "errorMessage").starts_with("Expired due to logout"),
        "{answer}"
    );
    let tried = session_call(&issuer, "POST /v1/auth/try-refresh", &token, json!({})).await;
    assert_eq!(tried, json!({}));
    // The other session goes on, until the user leaves everywhere.
    let (status, _) = refresh(&issuer, &current).await;
    assert_eq!(status, 200);
    session_call(&issuer, "POST /v1/auth/logoutall", &current, json!({})).await;
    let (status, _) = refresh(&issuer, &current).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn a_session_expires_by_the_providers_clock() {
    let issuer = start().await;
    let answer = sign_in(&issuer, "viewer", "viewer").await;
    let token = text(&answer, "refreshJwt");
    let session = text(&answer, "sessionJwt");
    issuer.descope().set_clock_offset(27 * DAY);
    let (status, refreshed) = refresh(&issuer, &token).await;
    assert_eq!(status, 200, "{refreshed}");
    let left = refreshed["cookieMaxAge"].as_i64().unwrap();
    assert!((DAY - 60..=DAY).contains(&left), "{left}");
    let credentials = format!(":{session}");
    let (status, answer) =
        call_with(&issuer, "POST /v1/auth/validate", &credentials, &json!({})).await;
    assert_eq!(
        (status, &answer["errorMessage"]),
        (401, &json!("The session token has expired"))
    );
    issuer.descope().set_clock_offset(29 * DAY);
    let (status, answer) = refresh(&issuer, &token).await;
    assert_eq!(
        (status, &answer["errorMessage"]),
        (401, &json!("The refresh token has expired"))
    );
}

#[tokio::test]
async fn with_rotation_a_used_refresh_token_ends_the_session() {
    let mut config: IssuerConfig = quick();
    config.descope.rotates_refresh_tokens = true;
    let issuer = LocalIssuer::start(config).await.unwrap();
    let first = text(&sign_in(&issuer, "viewer", "viewer").await, "refreshJwt");
    let (_, answer) = refresh(&issuer, &first).await;
    let second = text(&answer, "refreshJwt");
    assert_ne!(first, second);
    let (status, _) = refresh(&issuer, &second).await;
    assert_eq!(status, 200);
    let (status, answer) = refresh(&issuer, &first).await;
    assert_eq!((status, &answer["errorCode"]), (401, &json!("E064001")));
    let (status, _) = refresh(&issuer, &second).await;
    assert_eq!(status, 401, "the whole session has ended");
}

#[tokio::test]
async fn a_link_is_used_once_and_in_time() {
    let issuer = start().await;
    let link = async |timeout: i64| {
        let body =
            json!({ "loginId": "viewer", "timeout": timeout, "customClaims": { "plan": "free" } });
        let answer = manage(&issuer, "POST /v1/mgmt/user/signin/embeddedlink", body).await;
        json!({ "token": answer["token"] })
    };
    let verify =
        async |body: &Value| call_with(&issuer, "POST /v1/auth/magiclink/verify", "", body).await;
    let (first, late) = (link(0).await, link(3600).await);
    let (status, answer) = verify(&first).await;
    assert_eq!(status, 200, "{answer}");
    let claims = json_of(&text(&answer, "sessionJwt"), 1);
    assert_members(
        &claims,
        json!({ "plan": "free", "amr": ["email"], "roles": ["viewer"] }),
    );
    assert_eq!(verify(&first).await.0, 401, "used before");
    issuer.descope().set_clock_offset(3601);
    assert_eq!(verify(&late).await.0, 401, "too late");
}

#[tokio::test]
async fn claims_of_the_clients_own_making_say_that_they_are() {
    let issuer = start().await;
    let body = json!({
        "loginId": "viewer", "password": "local-viewer-secret",
        "loginOptions": { "customClaims": { "roles": ["admin"] } },
    });
    let (_, answer) = call_with(&issuer, "POST /v1/auth/password/signin", "", &body).await;
    let token = text(&answer, "refreshJwt");
    let (_, answer) = refresh(&issuer, &token).await;
    let claims = json_of(&text(&answer, "sessionJwt"), 1);
    assert_members(
        &claims,
        json!({ "nsec": { "roles": ["admin"] }, "roles": ["viewer"] }),
    );
}

#[tokio::test]
async fn a_test_user_signs_in_with_its_code_once_in_time_and_with_few_guesses() {
    let issuer = start().await;
    let robot = json!({ "loginId": "robot" });
    manage(&issuer, "POST /v1/mgmt/user/create/test", robot.clone()).await;
    let generate = async || {
        let body = json!({ "loginId": "robot", "deliveryMethod": "email" });
        let answer = manage(&issuer, "POST /v1/mgmt/tests/generate/otp", body).await;
        text(&answer, "code")
    };
    let verify = async |code: &str| {
        let body = json!({ "loginId": "robot", "code": code });
        let operation = "POST /v1/auth/otp/verify/email";
        let (status, answer) = call_with(&issuer, operation, "", &body).await;
        (status, answer["errorCode"].clone())
    };
    let wrong = (401, json!("E061102"));
    assert_eq!(verify("000000").await, wrong, "none was generated");
    let code = generate().await;
    assert_eq!(code.len(), 6);
    assert_eq!(verify(&code).await, (200, Value::Null));
    assert_eq!(verify(&code).await, wrong, "used before");

    let code = generate().await;
    for _ in 0..5 {
        assert_eq!(verify("no code").await, wrong);
    }
    let too_many = (401, json!("E061103"));
    assert_eq!(verify(&code).await, too_many, "too many guesses");
    let code = generate().await;
    issuer.descope().set_clock_offset(181);
    assert_eq!(verify(&code).await, wrong, "too late");
    let viewer = json!({ "loginId": "viewer" });
    let (status, _) = try_manage(&issuer, "POST /v1/mgmt/tests/generate/otp", viewer).await;
    assert_eq!(status, 400, "no test user");
}
