//! Tests of the sign-in: refusals and granted scopes.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings,
};

on_both_databases! {
    a_wrong_password_and_an_unknown_user_are_the_same
    parameters_that_are_missing_or_wrong
    a_password_is_the_same_from_every_keyboard
    a_scope_narrows_what_is_held
    rights_that_do_not_fit_into_a_token_are_asked_for_in_parts
    the_pages_of_allowed_origins_may_sign_in
}

async fn a_wrong_password_and_an_unknown_user_are_the_same(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let long = "a".repeat(300);
    let mut told = Vec::new();
    for (username, password) in [
        (owner.username.as_str(), "wrong password"),
        (owner.username.as_str(), long.as_str()),
        ("nobody_at_all", PASSWORD),
        ("no username at all", PASSWORD),
        ("nul\0", PASSWORD),
    ] {
        let refused = api.login(username, password, "").await;
        refused.oauth_error(400, "invalid_grant");
        told.push(refused.body);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    for username in [
        owner.username.to_uppercase(),
        format!(" {}\t", owner.username),
    ] {
        api.login(&username, PASSWORD, "").await.expect(200);
    }
}

async fn parameters_that_are_missing_or_wrong(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    for (left_out, error) in [
        ("grant_type", "invalid_request"),
        ("username", "invalid_request"),
        ("password", "invalid_request"),
    ] {
        let all = [
            ("grant_type", "password"),
            ("username", "somebody"),
            ("password", "12345678"),
        ];
        let fields: Vec<_> = all
            .into_iter()
            .filter(|(name, _)| *name != left_out)
            .collect();
        let refused = api.form("/user/login", &fields).await;
        assert!(refused.oauth_error(400, error).contains(left_out));
    }
    for (path, grant) in [
        ("/user/login", "client_credentials"),
        ("/oauth/token", "implicit"),
    ] {
        let fields = [("grant_type", grant), ("username", "a"), ("password", "b")];
        let refused = api.form(path, &fields).await;
        refused.oauth_error(400, "unsupported_grant_type");
    }
    let refused = api.form("/oauth/token", &[("grant_type", "refresh_token")]);
    refused.await.oauth_error(400, "invalid_request");
    api.form("/oauth/revoke", &[])
        .await
        .oauth_error(400, "invalid_request");
}

async fn a_password_is_the_same_from_every_keyboard(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let (composed, decomposed) = ("p\u{e4}ssword 1", "pa\u{308}ssword\u{a0}1");
    for (new, other) in [(composed, decomposed), (decomposed, composed)] {
        let owner = Person::owner(api).await;
        let change = async |old: &str, new: &str| {
            let body = json!({"old_password": old, "new_password": new});
            api.post("/user/password", &owner.token, &body).await
        };
        change(PASSWORD, new).await.expect(204);
        let refused = api.login(&owner.username, "password 1", "").await;
        refused.oauth_error(400, "invalid_grant");
        for password in [composed, decomposed] {
            let tokens = api.login(&owner.username, password, "").await;
            tokens.expect(200);
        }
        change(other, PASSWORD).await.expect(204);
    }
}

async fn a_scope_narrows_what_is_held(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let scope = async |asked: &str| {
        let tokens = api.login(&owner.username, PASSWORD, asked).await;
        tokens.expect(200).text("scope")
    };
    for nothing in ["not.held.here", "auth_server.role", "*"] {
        let refused = api.login(&owner.username, PASSWORD, nothing).await;
        refused.oauth_error(400, "invalid_scope");
    }
    assert_eq!(scope("").await.split(' ').count(), 10);
    assert_eq!(
        scope("not.held.here auth_server.role.read").await,
        "auth_server.role.read"
    );
    assert_eq!(
        scope("auth_server.role.read nul\0 \u{fc}").await,
        "auth_server.role.read"
    );
    let member = owner.member(api, &[]).await;
    let tokens = api.login(&member.username, PASSWORD, "").await.expect(200);
    assert_eq!(
        tokens.text("scope"),
        "",
        "nothing is held, nothing is asked for"
    );
}

async fn attach_many(api: &Api, owner: &Person, role: i64) {
    for number in 0..120 {
        let slug = format!("{}.{}.a{number}", "s".repeat(60), "r".repeat(60));
        owner.new_permission(api, &slug).await;
        let body = json!({"role_id": role, "permission_slug": slug});
        api.posted("/role/attach-permission", &owner.token, &body)
            .await;
    }
}

async fn rights_that_do_not_fit_into_a_token_are_asked_for_in_parts(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    attach_many(api, &owner, owner.role(api, "owner").await).await;
    let refused = api.login(&owner.username, PASSWORD, "").await;
    refused.oauth_error(400, "invalid_scope");
    let tokens = api.login(&owner.username, PASSWORD, "auth_server.role.write");
    let token = tokens.await.expect(200).text("access_token");
    api.get("/user/me", &token).await.expect(200);
}

async fn the_pages_of_allowed_origins_may_sign_in(database: TestDatabase) {
    let mut settings = settings(&database);
    let origin = "http://localhost:8003";
    settings.service.cors_allowed_origins = vec![origin.to_owned()];
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let from = |method: Method, origin: &str| {
        let request = api.request(method, "/user/login");
        request.header("origin", origin)
    };
    // The browser's preflight before Swagger UI's request.
    let preflight = |origin: &str| {
        let request = from(Method::OPTIONS, origin);
        request
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,x-requested-with",
            )
    };
    let allowed = send(preflight(origin)).await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), origin);
    send(preflight("https://evil.example"))
        .await
        .problem(400, "bad_request");
    for (password, status) in [(PASSWORD, 200), ("wrong password", 400)] {
        let form = [
            ("grant_type", "password"),
            ("username", &owner.username),
            ("password", password),
        ];
        // Swagger UI also sends an empty client.
        let request = from(Method::POST, origin).basic_auth("", Some(""));
        let answer = send(request.form(&form)).await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
}
