//! Tests of floods of sign-ins, with a clock that the test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use auth_server::{Settings, SteadyClock};
use reqwest::Method;
use serde_json::json;

use crate::clients::client;
use crate::support::{
    Answer, Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings,
    signup_body,
};

on_both_databases! {
    a_flood_under_one_name_is_429_and_others_are_not_affected
    a_flood_from_one_address_is_429_and_others_are_not_affected
    a_restart_does_not_forget_where_an_owner_signed_in
    a_right_password_costs_nobody_anything
    many_right_sign_ins_at_once_are_all_accepted
    people_clients_and_sign_ups_are_counted_apart
    a_lost_database_costs_nothing
    more_passwords_than_may_wait_are_told_to_come_again
}

/// Shows these seconds.
#[derive(Debug, Default)]
pub struct SetClock(pub AtomicU64);

impl SteadyClock for SetClock {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Returns settings that trust this machine as a proxy and let one failure a minute drain.
pub fn with_clock(database: &TestDatabase) -> (Settings, Arc<SetClock>) {
    let (mut settings, clock) = (settings(database), Arc::new(SetClock::default()));
    settings.steady_clock = clock.clone();
    settings.service.trusted_proxies = "127.0.0.1".parse().unwrap();
    settings.limits.account_failures_per_hour = 60;
    settings.limits.address_failures_per_hour = 60;
    settings.limits.address_signups_per_hour = 60;
    (settings, clock)
}

/// Signs in through a proxy that names this address.
pub async fn login_from(api: &Api, address: &str, username: &str, password: &str) -> Answer {
    let fields = [
        ("grant_type", "password"),
        ("username", username),
        ("password", password),
    ];
    let request = api.request(Method::POST, "/user/login").form(&fields);
    send(request.header("x-forwarded-for", address)).await
}

async fn a_flood_under_one_name_is_429_and_others_are_not_affected(database: TestDatabase) {
    let (mut settings, clock) = with_clock(&database);
    settings.limits.failures_per_account = 2;
    let server = TestServer::with(settings);
    let api = &server.api;
    let (owner, other) = (Person::owner(api).await, Person::owner(api).await);
    let guess = async || login_from(api, "192.0.2.1", &owner.username, "wrong password").await;
    for _ in 0..3 {
        guess().await.oauth_error(400, "invalid_grant");
    }
    for minute in 1..3 {
        let flood = tokio::join!(guess(), guess(), guess());
        for refused in [flood.0, flood.1, flood.2] {
            refused.oauth_error(429, "too_many_requests");
            assert_eq!(refused.header("retry-after"), "60");
        }
        // The right password has to wait as well: otherwise a guesser would learn it.
        for name in [&owner.username, &owner.username.to_uppercase()] {
            let refused = login_from(api, "192.0.2.2", name, PASSWORD).await;
            refused.oauth_error(429, "too_many_requests");
        }
        let body = json!({"old_password": "guess", "new_password": "12345678"});
        let request = api.request(Method::POST, "/user/password").json(&body);
        let request = request.header("x-forwarded-for", "192.0.2.1");
        let refused = send(request.bearer_auth(&owner.token)).await;
        refused.problem(429, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "60");
        let accepted = login_from(api, "192.0.2.1", &other.username, PASSWORD).await;
        accepted.expect(200);
        // The owner signed in from here before.
        api.login(&owner.username, PASSWORD, "").await.expect(200);
        clock.0.store(minute * 60, Ordering::SeqCst);
        guess().await.oauth_error(400, "invalid_grant");
    }
    clock.0.store(180, Ordering::SeqCst);
    let accepted = login_from(api, "192.0.2.1", &owner.username, PASSWORD).await;
    accepted.expect(200);
}

async fn a_flood_from_one_address_is_429_and_others_are_not_affected(database: TestDatabase) {
    let (mut settings, clock) = with_clock(&database);
    settings.limits.failures_per_address = 2;
    let (date, now) = crate::sessions::clock();
    settings.clock = date.clone();
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let from = async |address: &str| login_from(api, address, &owner.username, PASSWORD).await;
    for number in 0..3 {
        // Signing in with one's own password allows no more guesses.
        let own = owner.member(api, &[]).await;
        let accepted = login_from(api, "192.0.2.1", &own.username, PASSWORD).await;
        accepted.expect(200);
        let name = format!("nobody_{number}");
        let refused = login_from(api, "192.0.2.1", &name, "wrong password").await;
        refused.oauth_error(400, "invalid_grant");
    }
    for address in ["192.0.2.1", "203.0.113.5, 192.0.2.1"] {
        let refused = from(address).await;
        refused.oauth_error(429, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "60");
    }
    from("192.0.2.2").await.expect(200);
    clock.0.store(60, Ordering::SeqCst);
    // The machine's date does not matter.
    date.set(now - 7200.0);
    from("192.0.2.1").await.expect(200);
}

async fn a_restart_does_not_forget_where_an_owner_signed_in(database: TestDatabase) {
    let limited = || {
        let (mut settings, _) = with_clock(&database);
        settings.limits.failures_per_account = 1;
        settings
    };
    let server = TestServer::with(limited());
    let owner = Person::owner(&server.api).await;
    drop(server);
    let server = TestServer::with(limited());
    let api = &server.api;
    for number in 0..2 {
        let address = format!("192.0.2.{number}");
        let guess = login_from(api, &address, &owner.username, "wrong password").await;
        guess.oauth_error(400, "invalid_grant");
    }
    let elsewhere = login_from(api, "192.0.2.9", &owner.username, PASSWORD).await;
    elsewhere.oauth_error(429, "too_many_requests");
    let name = owner.username.to_uppercase();
    api.login(&name, PASSWORD, "").await.expect(200);
}

async fn a_right_password_costs_nobody_anything(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.limits.failures_per_address = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let signed_up = async || {
        let body = signup_body();
        api.post_public("/user/signup", &body).await.expect(200);
        body["user"]["username"].as_str().unwrap().to_owned()
    };
    let (one, other) = (signed_up().await, signed_up().await);
    for _ in 0..3 {
        let refused = api.login(&one, "wrong password", "").await;
        refused.oauth_error(400, "invalid_grant");
    }
    for name in [&one, &other, &one, &other] {
        api.login(name, PASSWORD, "").await.expect(200);
    }
}

async fn many_right_sign_ins_at_once_are_all_accepted(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.limits.failures_per_account = 10;
    let server = TestServer::with(settings);
    let owner = Person::owner(&server.api).await;
    let logins: Vec<_> = (0..20)
        .map(|_| {
            let (api, username) = (server.api.clone(), owner.username.clone());
            tokio::spawn(async move { api.login(&username, PASSWORD, "").await })
        })
        .collect();
    for login in logins {
        login.await.unwrap().expect(200);
    }
}

async fn people_clients_and_sign_ups_are_counted_apart(database: TestDatabase) {
    let (mut settings, _) = with_clock(&database);
    settings.limits.failures_per_address = 2;
    settings.limits.signups_per_address = 2;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    let token = async |secret: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &id),
            ("client_secret", secret),
        ];
        api.form("/oauth/token", &fields).await
    };
    for _ in 0..3 {
        token("wrong").await.oauth_error(401, "invalid_client");
    }
    let refused = token("wrong").await;
    refused.oauth_error(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "60");
    token(&secret).await.expect(200);
    let refused = api.login("nobody_at_all", PASSWORD, "").await;
    refused.oauth_error(400, "invalid_grant");
    let taken = signup_body();
    api.post_public("/user/signup", &taken).await.expect(200);
    let refused = api.post_public("/user/signup", &taken).await;
    refused.problem(409, "conflict");
    let refused = api.post_public("/user/signup", &signup_body()).await;
    refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "60");
}

async fn a_lost_database_costs_nothing(database: TestDatabase) {
    let (mut settings, _) = with_clock(&database);
    settings.limits.failures_per_account = 1;
    settings.limits.failures_per_address = 1;
    settings.limits.signups_per_address = 3;
    settings.database.acquire_timeout_seconds = 1;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    // One that is not familiar here.
    let newcomer = signup_body();
    api.post_public("/user/signup", &newcomer).await.expect(200);
    let newcomer = newcomer["user"]["username"].as_str().unwrap();
    database.break_table("users").await;
    database.break_table("clients").await;
    for _ in 0..5 {
        let failed = api.login(newcomer, PASSWORD, "").await;
        failed.oauth_error(500, "server_error");
        let failed = api.form("/oauth/token", &fields).await;
        failed.oauth_error(500, "server_error");
        let failed = api.post_public("/user/signup", &signup_body()).await;
        failed.problem(500, "internal_error");
    }
    database.mend_table("users").await;
    database.mend_table("clients").await;
    api.login(newcomer, PASSWORD, "").await.expect(200);
    api.form("/oauth/token", &fields).await.expect(200);
    let body = signup_body();
    api.post_public("/user/signup", &body).await.expect(200);
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
