//! Tests that a client cannot fill the disk: what is repeated is not stored again.

use serde_json::{Value, json};

use crate::clients::client;
use crate::support::{
    Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings,
};
use crate::throttling::{login_from, with_clock};

on_both_databases! {
    refreshing_stores_nothing_more_and_every_used_token_ends_the_session
    tokens_of_a_client_are_counted_in_one_event_per_address_and_hour
    failed_sign_ins_are_counted_and_their_rows_are_bounded
    a_user_has_a_bounded_number_of_sessions
    refused_changes_are_counted
    what_has_ended_is_deleted
}

async fn rows(database: &TestDatabase) -> Vec<String> {
    database
        .texts(
            "SELECT 'sessions ' || COUNT(*) FROM sessions \
             UNION ALL SELECT 'tokens ' || COUNT(*) FROM refresh_tokens \
             UNION ALL SELECT 'audit ' || COUNT(*) FROM audit",
        )
        .await
}

/// Returns the events with this action, the latest first.
pub async fn events(api: &Api, person: &Person, action: &str) -> Vec<Value> {
    let all = api.get("/audit/", &person.token).await.expect(200);
    let all = all.body.as_array().unwrap().iter();
    all.filter(|event| event["action"] == action)
        .cloned()
        .collect()
}

async fn refreshing_stores_nothing_more_and_every_used_token_ends_the_session(
    database: TestDatabase,
) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for used_since in [1, 2, 50] {
        let session = Person::signed_in(api, &owner.username, &owner.org).await;
        let before = rows(&database).await;
        let mut tokens = vec![session.refresh_token];
        for _ in 0..used_since {
            let refreshed = api.refresh(tokens.last().unwrap()).await.expect(200);
            tokens.push(refreshed.text("refresh_token"));
        }
        assert_eq!(rows(&database).await, before);
        for token in [&tokens[0], tokens.last().unwrap()] {
            let refused = api.refresh(token).await;
            refused.oauth_error(400, "invalid_grant");
        }
    }
    assert_eq!(events(api, &owner, "user.refresh_reused").await.len(), 3);
    // Half of a token, or one with another end, is as good as a used one: only a client that had one has its beginning.
    for forge in [
        |token: &str| token[..43].to_owned(),
        |token: &str| format!("{}{}", &token[..43], "A".repeat(43)),
    ] {
        let session = Person::signed_in(api, &owner.username, &owner.org).await;
        for token in [forge(&session.refresh_token), session.refresh_token] {
            let refused = api.refresh(&token).await;
            refused.oauth_error(400, "invalid_grant");
        }
    }
    api.refresh(&owner.refresh_token).await.expect(200);
}

async fn tokens_of_a_client_are_counted_in_one_event_per_address_and_hour(database: TestDatabase) {
    let (mut settings, _) = with_clock(&database);
    let (clock, now) = crate::sessions::clock();
    settings.clock = clock.clone();
    settings.tokens.access_lifetime = std::time::Duration::from_secs(86_400);
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let (id, secret) = client(api, &owner, &[]).await;
    let token = async |address: &str| {
        let request = api.request(reqwest::Method::POST, "/oauth/token").form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &id),
            ("client_secret", &secret),
        ]);
        let request = request.header("x-forwarded-for", address);
        crate::support::send(request).await.expect(200);
    };
    for minute in 0..30 {
        clock.set(now + 60.0 * f64::from(minute));
        token("192.0.2.1").await;
    }
    token("192.0.2.2").await;
    let counted = events(api, &owner, "client.token").await;
    let counted: Vec<_> = counted
        .iter()
        .map(|event| (event["address"].as_str().unwrap(), event["times"].as_i64()))
        .collect();
    assert_eq!(counted, [("192.0.2.2", Some(1)), ("192.0.2.1", Some(30))]);
    let first = &events(api, &owner, "client.token").await[1];
    let lasted = first["last_at"].as_i64().unwrap() - first["at"].as_i64().unwrap();
    assert_eq!(lasted, 29 * 60);
    // An hour after the first one.
    clock.set(now + 3600.0);
    token("192.0.2.1").await;
    assert_eq!(events(api, &owner, "client.token").await.len(), 3);
}

async fn failed_sign_ins_are_counted_and_their_rows_are_bounded(database: TestDatabase) {
    let (settings, _) = with_clock(&database);
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for name in [&owner.username, "nobody_of_that_name"] {
        for number in 0..22 {
            let address = format!("192.0.2.{number}");
            for _ in 0..2 {
                let refused = login_from(api, &address, name, "wrong password").await;
                refused.oauth_error(400, "invalid_grant");
            }
        }
    }
    let failed = events(api, &owner, "user.login_failed").await;
    assert_eq!(failed.len(), 21);
    let times: i64 = failed
        .iter()
        .map(|event| event["times"].as_i64().unwrap())
        .sum();
    assert_eq!(times, 44);
    let further = &failed[0];
    assert_eq!(
        (&further["times"], &further["address"], &further["target"]),
        (&json!(4), &json!(""), &json!({"further": true}))
    );
    let unknown = "SELECT 'times ' || times FROM audit WHERE actor = '' ORDER BY id";
    let unknown = database.texts(unknown).await;
    assert_eq!((unknown.len(), &*unknown[20]), (21, "times 4"));
}

async fn a_user_has_a_bounded_number_of_sessions(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.tokens.max_sessions = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let other = owner.member(api, &[]).await;
    let mut sessions = vec![owner.clone()];
    for _ in 0..20 {
        sessions.push(Person::signed_in(api, &owner.username, &owner.org).await);
    }
    let (ended, lasting) = sessions.split_at(18);
    for session in [&ended[0], &ended[17]] {
        let refused = api.refresh(&session.refresh_token).await;
        refused.oauth_error(400, "invalid_grant");
        let refused = api.get("/user/me", &session.token).await;
        refused.problem(401, "token_revoked");
    }
    for session in lasting {
        api.get("/user/me", &session.token).await.expect(200);
        api.refresh(&session.refresh_token).await.expect(200);
    }
    api.refresh(&other.refresh_token).await.expect(200);
    // Sign-ins and sign-outs in turn leave nothing either.
    for _ in 0..3 {
        let session = Person::signed_in(api, &owner.username, &owner.org).await;
        api.post("/user/logout", &session.token, &json!({}))
            .await
            .expect(204);
    }
    assert_eq!(rows(&database).await[0], "sessions 3");
    let owner = Person::signed_in(api, &owner.username, &owner.org).await;
    let mut sign_ins = events(api, &owner, "user.login").await;
    sign_ins.retain(|event| event["actor"] == owner.id);
    assert_eq!(sign_ins.len(), 21, "of 25");
    assert_eq!(sign_ins[0]["times"], 5);
    assert_eq!(api.login(&owner.username, PASSWORD, "").await.status, 200);
}

async fn refused_changes_are_counted(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let role = owner.role(api, "owner").await;
    let writer = owner
        .new_role(api, &["auth_server.role.write", "auth_server.role.read"])
        .await;
    let member = owner.member(api, &[writer]).await;
    let body = json!({"role_id": role, "user_id": member.id});
    for _ in 0..5 {
        let refused = api.post("/role/assign", &member.token, &body).await;
        refused.problem(403, "missing_permission");
    }
    let refused = events(api, &owner, "role.assign_refused").await;
    assert_eq!((refused.len(), &refused[0]["times"]), (1, &json!(5)));
}

async fn what_has_ended_is_deleted(database: TestDatabase) {
    let (clock, now) = crate::sessions::clock();
    let with_clock = || {
        let mut settings = settings(&database);
        settings.clock = clock.clone();
        // A failure drains in a few milliseconds, before the next server starts.
        settings.limits.account_failures_per_hour = 1_000_000;
        settings.limits.address_failures_per_hour = 1_000_000;
        settings.limits.address_signups_per_hour = 1_000_000;
        TestServer::with(settings)
    };
    let server = with_clock();
    Person::owner(&server.api).await;
    let refused = server.api.login("nobody_at_all", PASSWORD, "").await;
    refused.oauth_error(400, "invalid_grant");
    drop(server);
    let left = async |table: &'static str| {
        let rows = match table {
            "sessions" => "SELECT id FROM sessions",
            "audit" => "SELECT id FROM audit",
            "networks" => "SELECT network FROM familiar_networks",
            _ => "SELECT id FROM throttle_buckets",
        };
        database.texts(rows).await.len()
    };
    // Each start cleans.
    let server = with_clock();
    while left("throttle_buckets").await > 0 {}
    drop(server);
    assert_eq!(left("sessions").await, 1);
    clock.set(now + 31.0 * 86_400.0);
    let server = with_clock();
    while left("sessions").await > 0 {}
    drop(server);
    assert_eq!((left("audit").await, left("networks").await), (3, 1));
    clock.set(now + 366.0 * 86_400.0);
    let server = with_clock();
    while left("audit").await + left("networks").await > 0 {}
    drop(server);
}
