//! Tests of floods of sign-ins, with a clock that the test sets.

use reqwest::Method;
use serde_json::json;

use crate::sessions::clock;
use crate::support::{
    PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings,
};

on_both_databases! {
    a_flood_under_one_name_is_429_and_others_are_not_affected
    a_flood_from_one_address_is_429_and_others_are_not_affected
    more_passwords_than_may_wait_are_told_to_come_again
}

async fn a_flood_under_one_name_is_429_and_others_are_not_affected(database: TestDatabase) {
    let (clock, now) = clock();
    let mut settings = settings(&database);
    settings.clock = clock.clone();
    settings.limits.failures_per_account = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let (owner, other) = (Person::owner(api).await, Person::owner(api).await);
    let guess = async || api.login(&owner.username, "wrong password", "").await;
    for _ in 0..3 {
        guess().await.oauth_error(400, "invalid_grant");
    }
    let mut passed = 0.0;
    for wait in [1.0, 2.0, 4.0] {
        let flood = tokio::join!(guess(), guess(), guess());
        for refused in [flood.0, flood.1, flood.2] {
            refused.oauth_error(429, "too_many_requests");
            assert_eq!(refused.header("retry-after"), wait.to_string());
        }
        // The right password has to wait as well: otherwise a guesser would learn it.
        let refused = api.login(&owner.username, PASSWORD, "").await;
        refused.oauth_error(429, "too_many_requests");
        let upper = owner.username.to_uppercase();
        let refused = api.login(&upper, PASSWORD, "").await;
        refused.oauth_error(429, "too_many_requests");
        let body = json!({"old_password": "guess", "new_password": "12345678"});
        let refused = api.post("/user/password", &owner.token, &body).await;
        refused.problem(429, "too_many_requests");
        api.login(&other.username, PASSWORD, "").await.expect(200);
        passed += wait;
        clock.set(now + passed);
        guess().await.oauth_error(400, "invalid_grant");
    }
    clock.set(now + passed + 8.0);
    api.login(&owner.username, PASSWORD, "").await.expect(200);
    guess().await.oauth_error(400, "invalid_grant");
    guess().await.oauth_error(400, "invalid_grant");
}

async fn a_flood_from_one_address_is_429_and_others_are_not_affected(database: TestDatabase) {
    let (clock, _) = clock();
    let mut settings = settings(&database);
    settings.clock = clock;
    settings.limits.failures_per_address = 3;
    settings.limits.trusted_proxies = auth_server::TrustedProxies(1);
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let from = async |address: &str, username: &str, password: &str| {
        let fields = [
            ("grant_type", "password"),
            ("username", username),
            ("password", password),
        ];
        let request = api.request(Method::POST, "/user/login").form(&fields);
        send(request.header("x-forwarded-for", address)).await
    };
    for number in 0..3 {
        // Signing in with one's own password allows no more guesses.
        from("192.0.2.1", &owner.username, PASSWORD)
            .await
            .expect(200);
        let name = format!("nobody_{number}");
        let refused = from("192.0.2.1", &name, "wrong password").await;
        refused.oauth_error(400, "invalid_grant");
    }
    let refused = from("192.0.2.1", &owner.username, PASSWORD).await;
    refused.oauth_error(429, "too_many_requests");
    let refused = from("203.0.113.5, 192.0.2.1", &owner.username, PASSWORD).await;
    refused.oauth_error(429, "too_many_requests");
    from("192.0.2.2", &owner.username, PASSWORD)
        .await
        .expect(200);
}

async fn more_passwords_than_may_wait_are_told_to_come_again(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.limits.passwords.at_once = 1;
    settings.limits.passwords.waiting = 1;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let logins: Vec<_> = (0..20)
        .map(|_| {
            let (api, username) = (api.clone(), owner.username.clone());
            tokio::spawn(async move { api.login(&username, PASSWORD, "").await })
        })
        .collect();
    let (mut good, mut busy) = (0, 0);
    for login in logins {
        let answer = login.await.unwrap();
        if answer.status == 200 {
            good += 1;
        } else {
            answer.oauth_error(503, "temporarily_unavailable");
            assert_eq!(answer.header("retry-after"), "1");
            busy += 1;
        }
    }
    assert!(good >= 2 && busy >= 1, "{good} good, {busy} busy");
    api.login(&owner.username, PASSWORD, "").await.expect(200);
}
