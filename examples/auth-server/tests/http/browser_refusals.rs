//! Tests of what is refused when a person signs in with a browser.

use crate::support::{
    Browser, ISSUER, PASSWORD, Person, TestDatabase, TestServer, arrived, hidden,
    on_both_databases, query, with_clients,
};

on_both_databases! {
    a_wrong_client_or_redirect_uri_is_a_page_and_never_a_redirect
    other_faults_go_to_the_redirect_uri
    a_form_that_is_not_our_own_signs_no_one_in
    a_wrong_password_is_counted_as_at_the_sign_in_without_a_browser
    open_pages_are_stored_nowhere_and_codes_are_bounded
}

async fn a_wrong_client_or_redirect_uri_is_a_page_and_never_a_redirect(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let browser = Browser::at(&server.api);
    let markup = "<script>alert(1)</script>";
    for (name, value) in [
        ("client_id", ""),
        ("client_id", "unknown"),
        ("client_id", "auth-server"),
        ("client_id", markup),
        ("redirect_uri", ""),
        ("redirect_uri", markup),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "https://shop.example.com/callback/"),
        ("redirect_uri", "https://shop.example.com/callback?extra=1"),
        ("redirect_uri", "https%3A%2F%2Fshop.example.com%2Fcallback"),
        ("redirect_uri", "http://127.0.0.1:5000/cb"),
    ] {
        let page = browser.authorize(&[(name, value)]).await.expect(400);
        assert_eq!(page.header("location"), "", "{name} {value}");
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(!page.body.as_str().unwrap().contains("<script"), "{value}");
    }
    let twice = format!(
        "/oauth/authorize?{}&redirect_uri=https://evil.example/",
        query(&[])
    );
    assert_eq!(browser.get(&twice).await.expect(400).header("location"), "");
    let long = "a".repeat(9000);
    browser.authorize(&[("state", &long)]).await.expect(400);
    let local = [
        ("client_id", "cli"),
        ("redirect_uri", "http://127.0.0.1:5000/cb"),
    ];
    browser.authorize(&local).await.expect(200);
}

async fn other_faults_go_to_the_redirect_uri(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let browser = Browser::at(&server.api);
    for (name, value, error) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        (
            "response_type",
            "code id_token",
            "unsupported_response_type",
        ),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "openid nonsense", "invalid_scope"),
        ("prompt", "consent", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("max_age", "soon", "invalid_request"),
        ("nonce", "nul\0", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
        (
            "request_uri",
            "https://evil.example/",
            "request_uri_not_supported",
        ),
        ("dpop_jkt", "x", "invalid_request"),
    ] {
        let state = "<script>\"&\r\n";
        let refused = browser.authorize(&[(name, value), ("state", state)]).await;
        let told = arrived(&refused);
        assert_eq!(told["error"], error, "{name} {value}");
        assert_eq!((&*told["state"], &*told["iss"]), (state, ISSUER));
        assert!(!told.contains_key("code"));
    }
    let twice = format!("/oauth/authorize?{}&scope=openid&scope=email", query(&[]));
    assert_eq!(
        arrived(&browser.get(&twice).await)["error"],
        "invalid_request"
    );
}

async fn a_form_that_is_not_our_own_signs_no_one_in(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (browser, other) = (Browser::at(api), Browser::at(api));
    let hint = r#""><script>alert(1)</script>"#;
    let page = browser.authorize(&[("login_hint", hint)]).await.expect(200);
    assert!(!page.body.as_str().unwrap().contains("<script"));
    for (name, expected) in [
        ("content-security-policy", "frame-ancestors 'none'"),
        ("content-security-policy", "default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("set-cookie", "__Host-auth_server_form="),
        ("set-cookie", "; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ] {
        assert!(
            page.header(name).contains(expected),
            "{name}: {}",
            page.header(name)
        );
    }
    let fields = hidden(&page);
    let (request, csrf) = (fields[0].1.as_str(), fields[1].1.as_str());
    let of_other = hidden(&other.authorize(&[]).await.expect(200));
    let another_request = query(&[("client_id", "other")]);
    let credentials = [("username", &*owner.username), ("password", PASSWORD)];
    for (browser, request, csrf, header) in [
        (&browser, request, "", None),
        (&browser, request, "wrong", None),
        (&browser, request, &*of_other[1].1, None),
        (&other, request, csrf, None),
        (&Browser::at(api), request, csrf, None),
        (&browser, &another_request, csrf, None),
        (
            &browser,
            request,
            csrf,
            Some(("origin", "https://evil.example")),
        ),
        (&browser, request, csrf, Some(("origin", "null"))),
        (
            &browser,
            request,
            csrf,
            Some(("sec-fetch-site", "cross-site")),
        ),
    ] {
        let form = [&[("request", request), ("csrf", csrf)][..], &credentials].concat();
        let mut sent = browser.post("/oauth/sign-in", &form);
        if let Some((name, value)) = header {
            sent = sent.header(name, value);
        }
        let refused = browser.send(sent).await.expect(403);
        assert_eq!(
            (refused.header("location"), refused.header("set-cookie")),
            ("", "")
        );
    }
    let form = [("request", request), ("csrf", csrf), ("cancel", "1")];
    let cancelled = browser.send(browser.post("/oauth/sign-in", &form)).await;
    assert_eq!(arrived(&cancelled)["error"], "access_denied");
    let form = [&[("request", request), ("csrf", csrf)][..], &credentials].concat();
    let own = browser
        .post("/oauth/sign-in", &form)
        .header("origin", ISSUER);
    arrived(
        &browser
            .send(own.header("sec-fetch-site", "same-origin"))
            .await,
    );
}

async fn a_wrong_password_is_counted_as_at_the_sign_in_without_a_browser(database: TestDatabase) {
    let mut settings = with_clients(&database);
    settings.limits.failures_per_account = 2;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let stranger = Person::owner(api).await;
    let browser = Browser::at(api);
    let mut pages = Vec::new();
    for name in [&owner.username, "nobody_at_all"] {
        let refused = browser
            .sign_in(&[], name, "wrong password")
            .await
            .expect(400);
        assert!(!refused.header("set-cookie").contains("session"));
        let html = refused.body.as_str().unwrap();
        assert!(html.contains(r#"role="alert""#), "{html}");
        pages.push(html.replace(name, "NAME"));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    for _ in 0..2 {
        let refused = api.login(&owner.username, "wrong password", "").await;
        refused.oauth_error(400, "invalid_grant");
    }
    let refused = browser
        .sign_in(&[], &owner.username, PASSWORD)
        .await
        .expect(429);
    assert_ne!(refused.header("retry-after"), "");
    arrived(&browser.sign_in(&[], &stranger.username, PASSWORD).await);
}

async fn open_pages_are_stored_nowhere_and_codes_are_bounded(database: TestDatabase) {
    let server = TestServer::with(with_clients(&database));
    let api = &server.api;
    let owner = Person::owner(api).await;
    let browser = Browser::at(api);
    arrived(&browser.sign_in(&[], &owner.username, PASSWORD).await);
    let rows = async || {
        let count = "SELECT 'codes ' || COUNT(*) FROM authorization_codes \
             UNION ALL SELECT 'browsers ' || COUNT(*) FROM browser_sessions \
             UNION ALL SELECT 'sessions ' || COUNT(*) FROM sessions \
             UNION ALL SELECT 'events ' || COUNT(*) FROM audit";
        database.texts(count).await
    };
    let before = rows().await;
    for number in 0..200 {
        let query = query(&[("state", &number.to_string())]);
        // Without cookies, as from another browser each time.
        let page = api.get_public(&format!("/oauth/authorize?{query}")).await;
        assert_ne!(page.expect(200).header("set-cookie"), "");
    }
    assert_eq!(rows().await, before);
    for _ in 0..110 {
        arrived(&browser.authorize(&[]).await);
    }
    let after = rows().await;
    assert_eq!((&*after[0], &after[1..]), ("codes 100", &before[1..]));
}
