//! Tests of the audience of management: what a service that sees a user's token can do with it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, Api, ISSUER, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send,
    settings,
};
use crate::walk_through::{claims, verified};

on_both_databases! {
    with_an_empty_scope_a_token_is_for_everything
    on_request_management_is_in_no_token_of_another_service
    on_request_a_refresh_does_not_reach_management
    without_an_audience_a_token_is_for_other_services_and_its_own_user
    on_request_a_client_asks_for_management_too
}

/// Everything that the server itself asks for, and so what an owner needs to give every right.
const MANAGE: &str = "auth_server.user.read auth_server.user.write auth_server.role.read auth_server.role.write \
    auth_server.permission.read auth_server.permission.write auth_server.client.read auth_server.client.write \
    auth_server.audit.read auth_server.token.introspect";
const READ_USERS: &str = "auth_server.user.read";
const READ_BILLING: &str = "example_service.billing.read";

fn on_request(database: &TestDatabase) -> TestServer {
    let mut settings = settings(database);
    settings.management_on_request = true;
    TestServer::with(settings)
}

fn management() -> String {
    format!("{ISSUER}/management")
}

async fn sign_in(api: &Api, user: &Person, scope: &str) -> Answer {
    api.login(&user.username, PASSWORD, scope).await.expect(200)
}

/// Signs up an owner whose role has a permission of another service.
async fn owner(api: &Api) -> Person {
    let owner = Person::owner(api).await;
    let token = sign_in(api, &owner, MANAGE).await.text("access_token");
    let manager = Person { token, ..owner };
    manager.new_permission(api, READ_BILLING).await;
    let role = manager.role(api, "owner").await;
    let body = json!({"role_id": role, "permission_slug": READ_BILLING});
    api.posted("/role/attach-permission", &manager.token, &body)
        .await;
    manager
}

async fn with_an_empty_scope_a_token_is_for_everything(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = owner(api).await;
    let token = sign_in(api, &owner, "").await.text("access_token");
    let token_claims = verified(api, &token).await;
    assert_eq!(
        token_claims.claim("aud"),
        Some(&json!([ISSUER, management()]))
    );
    api.get("/user/", &token).await.expect(200);
    let token = sign_in(api, &owner, READ_BILLING)
        .await
        .text("access_token");
    assert_eq!(
        verified(api, &token).await.claim("aud"),
        Some(&json!(ISSUER))
    );
    api.get("/user/", &token)
        .await
        .problem(403, "insufficient_scope");
}

async fn on_request_management_is_in_no_token_of_another_service(database: TestDatabase) {
    let server = on_request(&database);
    let api = &server.api;
    let owner = owner(api).await;
    let tokens = sign_in(api, &owner, "").await;
    assert_eq!(tokens.text("scope"), READ_BILLING);
    let token = tokens.text("access_token");
    assert_eq!(
        verified(api, &token).await.claim("aud"),
        Some(&json!(ISSUER))
    );
    api.get("/user/", &token)
        .await
        .problem(403, "insufficient_scope");
    let me = api.get("/user/me", &token).await.expect(200);
    assert_eq!(me.body["username"], owner.username);

    let both = format!("{READ_USERS} {READ_BILLING}");
    let token = sign_in(api, &owner, &both).await.text("access_token");
    let token_claims: Value = claims(&token);
    assert_eq!(
        token_claims["aud"],
        management(),
        "no other service accepts it"
    );
    assert_eq!(token_claims["scope"], both);
    api.get("/user/", &token).await.expect(200);
}

async fn on_request_a_refresh_does_not_reach_management(database: TestDatabase) {
    let server = on_request(&database);
    let api = &server.api;
    let owner = owner(api).await;
    let tokens = sign_in(api, &owner, "").await;
    let refresh = async |token: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        api.form("/oauth/token", &fields).await
    };
    let refused = refresh(&tokens.text("refresh_token"), READ_USERS).await;
    refused.oauth_error(400, "invalid_scope");
    let tokens = refresh(&tokens.text("refresh_token"), "").await.expect(200);
    assert_eq!(tokens.text("scope"), READ_BILLING);

    let tokens = sign_in(api, &owner, READ_USERS).await;
    let tokens = refresh(&tokens.text("refresh_token"), "").await.expect(200);
    assert_eq!(claims(&tokens.text("access_token"))["aud"], management());
}

async fn on_request_a_client_asks_for_management_too(database: TestDatabase) {
    let server = on_request(&database);
    let api = &server.api;
    let owner = owner(api).await;
    let body = json!({"name": "report", "permissions": [READ_USERS, READ_BILLING]});
    let client = api.posted("/client/", &owner.token, &body).await;
    let (id, secret) = (client.text("client_id"), client.text("client_secret"));
    for (scope, audience, status) in [
        ("", ISSUER.to_owned(), 403),
        (READ_USERS, management(), 200),
    ] {
        let request = api.request(Method::POST, "/oauth/token");
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let request = request.basic_auth(&id, Some(&secret)).form(&form);
        let token = send(request).await.expect(200).text("access_token");
        assert_eq!(claims(&token)["aud"], audience);
        api.get("/user/", &token).await.expect(status);
    }
}

async fn without_an_audience_a_token_is_for_other_services_and_its_own_user(
    database: TestDatabase,
) {
    for on_request in [true, false] {
        let with = |no_audience: bool| {
            let mut settings = settings(&database);
            settings.no_audience = no_audience;
            settings.management_on_request = on_request;
            TestServer::with(settings)
        };
        let server = with(true);
        let api = &server.api;
        let owner = owner(api).await;
        let tokens = sign_in(api, &owner, READ_BILLING).await;
        let token = tokens.text("access_token");
        assert_eq!(claims(&token).get("aud"), None);
        let refused = api.get("/user/", &token).await;
        refused.problem(403, "insufficient_scope");
        api.get("/user/me", &token).await.expect(200);
        let tokens = sign_in(api, &owner, READ_USERS).await;
        let managing = tokens.text("access_token");
        assert_eq!(claims(&managing)["aud"], management());
        api.get("/user/", &managing).await.expect(200);

        // The same keys, but an audience: it is required then. And one that is not this server's is refused.
        let other = with(false);
        let refused = other.api.get("/user/me", &token).await;
        refused.problem(401, "invalid_claims");
        let for_others = sign_in(&other.api, &owner, READ_BILLING).await;
        let refused = api.get("/user/me", &for_others.text("access_token")).await;
        refused.problem(401, "invalid_claims");
    }
}
