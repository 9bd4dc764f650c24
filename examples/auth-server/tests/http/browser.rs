//! Tests of signing in with a browser: what codes are good for, then the whole way.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::{
    Browser, CALLBACK, ISSUER, PASSWORD, Person, TestDatabase, TestServer, VERIFIER, arrived,
    hidden, on_both_databases, redeem, with_clients,
};
use crate::walk_through::{claims, verified};

on_both_databases! {
    a_code_is_good_for_what_it_was_issued_for_and_once
    a_person_signs_in_and_out
    a_changed_password_ends_browser_sessions_and_codes
    without_the_password_grant_people_sign_in_with_a_browser
}

async fn a_code_is_good_for_what_it_was_issued_for_and_once(database: TestDatabase) {
    let (clock, now) = crate::sessions::clock();
    let mut settings = with_clients(&database);
    settings.clock = clock.clone();
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let code = async || Browser::at(api).code(&[], &owner.username).await;
    for (name, value, status, error) in [
        ("code", "", 400, "invalid_request"),
        ("code", "unknown", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_request"),
        ("code_verifier", "wrong", 400, "invalid_grant"),
        ("redirect_uri", "", 400, "invalid_request"),
        ("redirect_uri", "http://127.0.0.1/cb", 400, "invalid_grant"),
        ("client_id", "", 400, "invalid_request"),
        ("client_id", "other", 400, "invalid_grant"),
        ("client_id", "unknown", 401, "invalid_client"),
        ("client_secret", "a secret", 401, "invalid_client"),
    ] {
        let refused = redeem(api, &code().await, &[(name, value)]).await;
        refused.oauth_error(status, error);
    }
    let used_up = code().await;
    for verifier in ["wrong".repeat(10), VERIFIER.to_owned()] {
        let refused = redeem(api, &used_up, &[("code_verifier", &verifier)]).await;
        refused.oauth_error(400, "invalid_grant");
    }
    let late = code().await;
    clock.set(now + 61.0);
    redeem(api, &late, &[])
        .await
        .oauth_error(400, "invalid_grant");

    let code = code().await;
    for hash in database.texts("SELECT hash FROM authorization_codes").await {
        assert_ne!(hash, code);
        redeem(api, &hash, &[])
            .await
            .oauth_error(400, "invalid_grant");
    }
    let tokens = redeem(api, &code, &[]).await.expect(200);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(
        tokens.body.get("id_token"),
        None,
        "openid was not asked for"
    );
    api.get("/user/me", &tokens.text("access_token"))
        .await
        .expect(200);
    redeem(api, &code, &[])
        .await
        .oauth_error(400, "invalid_grant");
    let ended = api.get("/user/me", &tokens.text("access_token")).await;
    ended.problem(401, "token_revoked");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "shop"),
        ("refresh_token", &tokens.text("refresh_token")),
    ];
    api.form("/oauth/token", &refresh)
        .await
        .oauth_error(400, "invalid_grant");
}

async fn a_person_signs_in_and_out(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let browser = Browser::at(api);
    let asked = [
        ("scope", "openid email auth_server.role.read"),
        ("nonce", "a nonce"),
    ];
    let answer = browser.sign_in(&asked, &owner.username, PASSWORD).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("__Host-auth_server_session="),
        "{cookie}"
    );
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    let told = arrived(&answer);
    assert_eq!((&*told["state"], &*told["iss"]), ("a state", ISSUER));

    let tokens = redeem(api, &told["code"], &[]).await.expect(200);
    let access = tokens.text("access_token");
    assert_eq!(tokens.text("scope"), "email openid auth_server.role.read");
    let own = claims(&access);
    assert_eq!(
        (&own["client_id"], &own["org_id"]),
        (&json!("shop"), &json!(owner.org))
    );
    verified(api, &access).await;
    let id_token = tokens.text("id_token");
    let id = claims(&id_token);
    for (name, expected) in [
        ("iss", json!(ISSUER)),
        ("sub", json!(owner.id)),
        ("aud", json!("shop")),
        ("nonce", json!("a nonce")),
        ("sid", own["sid"].clone()),
    ] {
        assert_eq!(id[name], expected, "{name}");
    }
    assert!(
        id["auth_time"].as_i64() <= id["iat"].as_i64() && id["iat"].as_i64() < id["exp"].as_i64()
    );
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, access.as_bytes());
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    let refused = api.get("/user/me", &id_token).await;
    assert_eq!(refused.status, 401, "an ID token opens nothing");

    let info = api.get("/oauth/userinfo", &access).await.expect(200);
    let email = info.text("email");
    assert_eq!(
        info.body,
        json!({"sub": owner.id, "email": email, "email_verified": false})
    );
    let info = api.get("/oauth/userinfo", &owner.token).await.expect(200);
    assert_eq!(info.body, json!({"sub": owner.id}));

    let refresh = async |client: &str, token: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client),
            ("refresh_token", token),
        ];
        api.form("/oauth/token", &form).await
    };
    let first = tokens.text("refresh_token");
    for client in ["other", "auth-server", ""] {
        refresh(client, &first)
            .await
            .oauth_error(400, "invalid_grant");
    }
    let next = refresh("shop", &first).await.expect(200);
    assert_eq!(next.text("scope"), tokens.text("scope"));

    // The browser is signed in, for every client, until another user or a newer sign-in is asked for.
    arrived(
        &browser
            .authorize(&[("prompt", "none"), ("client_id", "other")])
            .await,
    );
    arrived(
        &browser
            .authorize(&[("login_hint", &email), ("max_age", "60")])
            .await,
    );
    browser.authorize(&[("prompt", "login")]).await.expect(200);
    for changes in [("login_hint", "nobody"), ("id_token_hint", &*access)] {
        let other = browser.authorize(&[changes, ("prompt", "none")]).await;
        assert_eq!(arrived(&other)["error"], "login_required", "{changes:?}");
    }
    let nothing = browser.authorize(&[("scope", "not.held.here")]).await;
    assert_eq!(arrived(&nothing)["error"], "invalid_scope");
    let code = arrived(&browser.authorize(&[]).await)["code"].clone();

    for wrong in [
        "client_id=shop&post_logout_redirect_uri=https://evil.example/",
        "client_id=unknown&post_logout_redirect_uri=https://shop.example.com/callback",
        "id_token_hint=a.b.c",
    ] {
        let page = browser
            .get(&format!("/oauth/logout?{wrong}"))
            .await
            .expect(400);
        assert_eq!(page.header("location"), "");
    }
    let page = browser.get("/oauth/logout").await.expect(200);
    let form = [("csrf", "wrong"), ("request", "")];
    browser
        .send(browser.post("/oauth/logout", &form))
        .await
        .expect(403);
    arrived(&browser.authorize(&[("prompt", "none")]).await);
    let form = hidden(&page);
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    browser
        .send(browser.post("/oauth/logout", &form))
        .await
        .expect(200);

    let after = browser.authorize(&[("prompt", "none")]).await;
    assert_eq!(arrived(&after)["error"], "login_required");
    redeem(api, &code, &[])
        .await
        .oauth_error(400, "invalid_grant");
    let refused = refresh("shop", &next.text("refresh_token")).await;
    refused.oauth_error(400, "invalid_grant");
    api.refresh(&owner.refresh_token).await.expect(200);

    // With an ID token of the user nothing is asked.
    let again = browser.code(&[("scope", "openid")], &owner.username).await;
    let id_token = redeem(api, &again, &[]).await.expect(200).text("id_token");
    let out = format!(
        "/oauth/logout?id_token_hint={id_token}&post_logout_redirect_uri={CALLBACK}&state=x"
    );
    let out = browser.get(&out).await.expect(303);
    assert_eq!(out.header("location"), format!("{CALLBACK}?state=x"));
    let after = browser.authorize(&[("prompt", "none")]).await;
    assert_eq!(arrived(&after)["error"], "login_required");
}

async fn a_changed_password_ends_browser_sessions_and_codes(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let browser = Browser::at(api);
    let code = browser.code(&[], &owner.username).await;
    let body = json!({"old_password": PASSWORD, "new_password": "another password"});
    api.post("/user/password", &owner.token, &body)
        .await
        .expect(204);
    let after = browser.authorize(&[("prompt", "none")]).await;
    assert_eq!(arrived(&after)["error"], "login_required");
    redeem(api, &code, &[])
        .await
        .oauth_error(400, "invalid_grant");
}

async fn without_the_password_grant_people_sign_in_with_a_browser(database: TestDatabase) {
    let mut settings = with_clients(&database);
    settings.password_grant = false;
    settings.tokens.access_lifetime = Duration::from_secs(60);
    let server = TestServer::with(settings);
    let api = &server.api;
    let body = crate::support::signup_body();
    api.post_public("/user/signup", &body).await.expect(200);
    let name = body["user"]["username"].as_str().unwrap();
    api.login(name, PASSWORD, "")
        .await
        .oauth_error(400, "unsupported_grant_type");
    let form = [
        ("grant_type", "password"),
        ("username", name),
        ("password", PASSWORD),
    ];
    api.form("/oauth/token", &form)
        .await
        .oauth_error(400, "unsupported_grant_type");
    let document = api
        .get_public("/.well-known/openid-configuration")
        .await
        .body;
    let grants = ["authorization_code", "client_credentials", "refresh_token"];
    assert_eq!(document["grant_types_supported"], json!(grants));
    let document = api.get_public("/openapi.json").await.body;
    assert_eq!(
        document["components"]["securitySchemes"].get("password"),
        None
    );
    let code = Browser::at(api).code(&[], name).await;
    redeem(api, &code, &[]).await.expect(200);
}
