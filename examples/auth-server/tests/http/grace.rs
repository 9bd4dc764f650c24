//! Tests of the grace for a refresh token that was just used.

use std::sync::Arc;
use std::time::Duration;

use identity_core::testing::TestClock;

use crate::sessions::clock;
use crate::support::{Api, Person, TestDatabase, TestServer, on_both_databases, settings};

on_both_databases! {
    a_second_use_after_the_grace_ends_the_session
    a_token_before_the_latest_two_ends_the_session
    tabs_that_refresh_at_once_get_the_same_refresh_token
    what_is_stored_for_the_grace_opens_nothing
}

/// Starts a server with a grace of ten seconds, and a clock that the test sets.
fn start(database: &TestDatabase) -> (TestServer, Arc<TestClock>, f64) {
    let (clock, now) = clock();
    let mut settings = settings(database);
    settings.clock = clock.clone();
    settings.tokens.refresh_grace = Duration::from_secs(10);
    (TestServer::with(settings), clock, now)
}

async fn refreshed(api: &Api, token: &str) -> String {
    api.refresh(token).await.expect(200).text("refresh_token")
}

async fn assert_ended(api: &Api, tokens: &[&str]) {
    for token in tokens {
        api.refresh(token).await.oauth_error(400, "invalid_grant");
    }
}

async fn a_second_use_after_the_grace_ends_the_session(database: TestDatabase) {
    let (server, clock, now) = start(&database);
    let api = &server.api;
    let first = Person::owner(api).await.refresh_token;
    let second = refreshed(api, &first).await;
    clock.set(now + 8.0);
    // A repeat does not prolong the grace.
    assert_eq!(refreshed(api, &first).await, second);
    clock.set(now + 11.0);
    assert_ended(api, &[&first, &second]).await;
}

async fn a_token_before_the_latest_two_ends_the_session(database: TestDatabase) {
    let (server, ..) = start(&database);
    let api = &server.api;
    let first = Person::owner(api).await.refresh_token;
    let second = refreshed(api, &first).await;
    let third = refreshed(api, &second).await;
    assert_eq!(refreshed(api, &second).await, third);
    assert_ended(api, &[&first, &second, &third]).await;
}

async fn tabs_that_refresh_at_once_get_the_same_refresh_token(database: TestDatabase) {
    let ((one, clock, now), (two, ..)) = (start(&database), start(&database));
    let (one, two) = (&one.api, &two.api);
    let mut token = Person::owner(one).await.refresh_token;
    for round in 1..5 {
        let (a, b, c) = tokio::join!(
            refreshed(one, &token),
            refreshed(two, &token),
            refreshed(one, &token),
        );
        assert_eq!((&a, &a), (&b, &c), "round {round}");
        token = a;
    }
    let tokens = one.refresh(&token).await.expect(200);
    one.get("/user/me", &tokens.text("access_token"))
        .await
        .expect(200);
    clock.set(now + 11.0);
    refreshed(one, &tokens.text("refresh_token")).await;
}

async fn what_is_stored_for_the_grace_opens_nothing(database: TestDatabase) {
    let (server, ..) = start(&database);
    let api = &server.api;
    let first = Person::owner(api).await.refresh_token;
    let second = refreshed(api, &first).await;
    let halves = [&first[..43], &first[43..], &second[43..]];
    for column in [
        "SELECT previous_hash FROM sessions",
        "SELECT salt FROM sessions",
        "SELECT token_hash FROM sessions",
    ] {
        for stored in database.texts(column).await {
            assert_eq!(stored.len(), 43);
            assert!(!halves.contains(&&*stored), "{column}");
        }
    }
}
