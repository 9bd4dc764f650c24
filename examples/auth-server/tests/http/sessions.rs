//! Tests of refreshing and ending sessions.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use identity_core::testing::TestClock;
use serde_json::json;

use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};

on_both_databases! {
    a_refresh_token_is_good_once_and_a_second_use_ends_the_session
    a_refreshed_token_has_the_rights_of_now
    a_session_that_was_ended_is_ended
    a_changed_password_ends_the_other_sessions
    what_is_stored_opens_nothing
    tokens_and_sessions_end_by_themselves
}

async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_session(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for unknown in ["x", "nul\0", &owner.token] {
        let refused = api.refresh(unknown).await;
        refused.oauth_error(400, "invalid_grant");
    }
    let second = api.refresh(&owner.refresh_token).await.expect(200);
    assert_eq!(second.header("cache-control"), "no-store");
    let third = api.refresh(&second.text("refresh_token")).await.expect(200);
    api.get("/user/me", &third.text("access_token"))
        .await
        .expect(200);

    let reused = api.refresh(&owner.refresh_token).await;
    reused.oauth_error(400, "invalid_grant");
    let newest = api.refresh(&third.text("refresh_token")).await;
    newest.oauth_error(400, "invalid_grant");
    let refused = api.get("/user/me", &third.text("access_token")).await;
    refused.problem(401, "token_revoked");
    // Other sessions of the same user stay valid.
    let other = Person::signed_in(api, &owner.username, &owner.org).await;
    let audit = api.get("/audit/", &other.token).await.expect(200);
    assert!(audit.body.to_string().contains("user.refresh_reused"));
}

async fn a_refreshed_token_has_the_rights_of_now(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    owner.new_permission(api, "a_service.thing.read").await;
    let role = owner.new_role(api, &["a_service.thing.read"]).await;
    let member = owner.member(api, &[role]).await;
    let tokens = api.refresh(&member.refresh_token).await.expect(200);
    assert_eq!(tokens.text("scope"), "a_service.thing.read");
    let body = json!({"role_id": role, "user_id": member.id});
    api.posted("/role/unassign", &owner.token, &body).await;
    let tokens = api.refresh(&tokens.text("refresh_token")).await.expect(200);
    assert_eq!(tokens.text("scope"), "");

    // Never a wider scope than at sign-in, and a refused refresh does not use up the token.
    let narrow = "auth_server.role.read auth_server.user.read";
    let tokens = api
        .login(&owner.username, PASSWORD, narrow)
        .await
        .expect(200);
    let refresh = async |token: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        api.form("/oauth/token", &fields).await
    };
    let token = tokens.text("refresh_token");
    let more = refresh(&token, "auth_server.role.read auth_server.role.write").await;
    more.oauth_error(400, "invalid_scope");
    let less = refresh(&token, "auth_server.role.read").await.expect(200);
    assert_eq!(less.text("scope"), "auth_server.role.read");
    let all = refresh(&less.text("refresh_token"), "").await.expect(200);
    assert_eq!(all.text("scope"), narrow, "for one token alone");
}

async fn a_session_that_was_ended_is_ended(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let out = Person::signed_in(api, &owner.username, &owner.org).await;
    api.post("/user/logout", &out.token, &json!({}))
        .await
        .expect(204);
    let revoked = Person::signed_in(api, &owner.username, &owner.org).await;
    for token in [
        revoked.refresh_token.as_str(),
        "unknown",
        &revoked.refresh_token,
    ] {
        let fields = [("token", token), ("token_type_hint", "refresh_token")];
        api.form("/oauth/revoke", &fields).await.expect(200);
    }
    for ended in [out, revoked] {
        let refused = api.refresh(&ended.refresh_token).await;
        refused.oauth_error(400, "invalid_grant");
        let refused = api.get("/user/me", &ended.token).await;
        refused.problem(401, "token_revoked");
    }
    api.refresh(&owner.refresh_token).await.expect(200);
}

async fn a_changed_password_ends_the_other_sessions(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let other = Person::signed_in(api, &owner.username, &owner.org).await;
    let change = async |old: &str, new: &str| {
        let body = json!({"old_password": old, "new_password": new});
        api.post("/user/password", &owner.token, &body).await
    };
    assert_eq!(
        change("wrong", "another password").await.fields(),
        ["old_password"]
    );
    for weak in ["1234567", &owner.username, &"a".repeat(257)] {
        assert_eq!(change(PASSWORD, weak).await.fields(), ["new_password"]);
    }
    api.login(&owner.username, PASSWORD, "").await.expect(200);
    change(PASSWORD, "another password").await.expect(204);
    api.login(&owner.username, PASSWORD, "")
        .await
        .oauth_error(400, "invalid_grant");
    api.refresh(&other.refresh_token)
        .await
        .oauth_error(400, "invalid_grant");
    api.refresh(&owner.refresh_token).await.expect(200);
    api.login(&owner.username, "another password", "")
        .await
        .expect(200);
}

async fn what_is_stored_opens_nothing(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let client = json!({"name": "a client"});
    let client = api.posted("/client/", &owner.token, &client).await;
    let mut stored = Vec::new();
    for query in [
        "SELECT family_hash FROM sessions",
        "SELECT token_hash FROM sessions",
        "SELECT password_hash FROM users",
        "SELECT secret_hash FROM clients",
        "SELECT private_key FROM signing_keys",
        "SELECT target FROM audit",
    ] {
        stored.extend(database.texts(query).await);
    }
    assert!(stored.len() >= 7, "{stored:?}");
    let secret = client.text("client_secret");
    for secret in [&owner.refresh_token, &owner.token, &secret, PASSWORD] {
        assert!(stored.iter().all(|text| !text.contains(secret)));
    }
    for hash in [
        "SELECT family_hash FROM sessions",
        "SELECT token_hash FROM sessions",
        "SELECT family_hash || token_hash FROM sessions",
    ] {
        for hash in database.texts(hash).await {
            let refused = api.refresh(&hash).await;
            refused.oauth_error(400, "invalid_grant");
        }
    }
    api.refresh(&owner.refresh_token).await.expect(200);
}

#[expect(
    clippy::disallowed_methods,
    reason = "a clock that a test sets starts at the time of the database's other clients"
)]
pub fn clock() -> (Arc<TestClock>, f64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs_f64();
    (Arc::new(TestClock::at(now)), now)
}

async fn tokens_and_sessions_end_by_themselves(database: TestDatabase) {
    let (clock, now) = clock();
    let mut settings = settings(&database);
    settings.clock = clock.clone();
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    clock.set(now + 599.0);
    api.get("/user/me", &owner.token).await.expect(200);
    clock.set(now + 610.0);
    let ended = api.get("/user/me", &owner.token).await;
    ended.problem(401, "token_expired");
    let month = 30.0 * 86_400.0;
    clock.set(now + month - 10.0);
    let tokens = api.refresh(&owner.refresh_token).await.expect(200);
    clock.set(now + month + 10.0);
    let ended = api.refresh(&tokens.text("refresh_token")).await;
    ended.oauth_error(400, "invalid_grant");
    let ended = api.get("/user/me", &tokens.text("access_token")).await;
    ended.problem(401, "token_revoked");
}
