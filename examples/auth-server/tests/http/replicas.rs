//! Tests of several replicas on one database.

use std::sync::atomic::Ordering;

use auth_server::{Rotation, server};

use crate::keys::{header, key_ids};
use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};
use crate::throttling::{login_from, with_clock};

on_both_databases! {
    a_rotation_on_one_is_honoured_by_the_other_at_once
    a_refresh_token_used_on_both_at_once_succeeds_exactly_once
    two_that_start_at_once_make_one_set_of_keys
}

async fn a_rotation_on_one_is_honoured_by_the_other_at_once(database: TestDatabase) {
    let (one, two) = (TestServer::start(&database), TestServer::start(&database));
    let (one, two) = (&one.api, &two.api);
    let owner = Person::owner(one).await;
    two.get("/user/me", &owner.token).await.expect(200);
    let mut before = header(&owner.token)["kid"].clone();
    for _ in 0..3 {
        let rotated = server::rotate_keys(&settings(&database)).await.unwrap();
        assert_eq!(rotated, Rotation::Done);
        let on_one = one.login(&owner.username, PASSWORD, "").await.expect(200);
        let on_two = two.login(&owner.username, PASSWORD, "").await.expect(200);
        let (on_one, on_two) = (on_one.text("access_token"), on_two.text("access_token"));
        let now = header(&on_one)["kid"].clone();
        assert_eq!(now, header(&on_two)["kid"]);
        assert_ne!(now, before);
        before = now;
        two.get("/user/me", &on_one).await.expect(200);
        one.get("/user/me", &on_two).await.expect(200);
        assert_eq!(key_ids(one).await, key_ids(two).await);
    }
}

async fn a_refresh_token_used_on_both_at_once_succeeds_exactly_once(database: TestDatabase) {
    let (one, two) = (TestServer::start(&database), TestServer::start(&database));
    let (one, two) = (&one.api, &two.api);
    let owner = Person::owner(one).await;
    for round in 0..10 {
        let session = Person::signed_in(one, &owner.username, &owner.org).await;
        let token = session.refresh_token.as_str();
        let answers = tokio::join!(
            one.refresh(token),
            two.refresh(token),
            one.refresh(token),
            two.refresh(token),
        );
        let answers = [answers.0, answers.1, answers.2, answers.3];
        let good: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(good.len(), 1, "round {round}");
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            refused.oauth_error(400, "invalid_grant");
        }
        // The token was used twice, so the tokens refreshed from it are invalid too.
        let next = good[0].text("refresh_token");
        two.refresh(&next).await.oauth_error(400, "invalid_grant");
    }
}

/// With SQLite there is one process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server: TEST_POSTGRES_URL"]
async fn a_guesser_gets_no_more_guesses_from_two_than_from_one() {
    let database = TestDatabase::postgres().await;
    let limited = || {
        let (mut settings, clock) = with_clock(&database);
        settings.limits.failures_per_account = 2;
        (TestServer::with(settings), clock)
    };
    let ((one, clock), (two, other_clock)) = (limited(), limited());
    let apis = [&one.api, &two.api];
    let owner = Person::owner(apis[0]).await;
    let guess = |number: usize| {
        let (api, name) = (apis[number % 2].clone(), owner.username.clone());
        tokio::spawn(async move {
            let address = format!("192.0.2.{number}");
            login_from(&api, &address, &name, "wrong password").await
        })
    };
    let guesses = async |numbers: std::ops::Range<usize>| {
        let mut tried = 0;
        for guess in numbers.map(guess).collect::<Vec<_>>() {
            let guess = guess.await.unwrap();
            match guess.status.as_u16() {
                400 => tried += 1,
                status => assert_eq!(status, 429, "{}", guess.body),
            }
        }
        tried
    };
    assert_eq!(guesses(0..20).await, 3, "at once");
    for number in 20..24 {
        let refused = guess(number).await.unwrap();
        refused.oauth_error(429, "too_many_requests");
    }
    let elsewhere = login_from(apis[1], "192.0.2.200", &owner.username, PASSWORD).await;
    elsewhere.oauth_error(429, "too_many_requests");
    assert_eq!(elsewhere.header("retry-after"), "60");
    // From a network that is familiar at the other one.
    apis[1]
        .login(&owner.username, PASSWORD, "")
        .await
        .expect(200);

    for clock in [clock, other_clock] {
        clock.0.store(60, Ordering::SeqCst);
    }
    assert_eq!(guesses(30..40).await, 1, "a minute later");
    drop((one, two));
    let (restarted, _) = limited();
    let elsewhere = login_from(&restarted.api, "192.0.2.200", &owner.username, PASSWORD).await;
    elsewhere.oauth_error(429, "too_many_requests");
    // The rows do not say whom they are about.
    let ids = database.texts("SELECT id FROM throttle_buckets").await;
    assert!(
        ids.len() > 1 && ids.iter().all(|id| id.len() == 43),
        "{ids:?}"
    );
}

async fn two_that_start_at_once_make_one_set_of_keys(database: TestDatabase) {
    let starts = [(); 3].map(|()| {
        let settings = settings(&database);
        std::thread::spawn(move || TestServer::with(settings))
    });
    let servers = starts.map(|start| start.join().unwrap());
    let ids = key_ids(&servers[0].api).await;
    assert_eq!(ids.len(), 2);
    let owner = Person::owner(&servers[0].api).await;
    for server in &servers {
        assert_eq!(key_ids(&server.api).await, ids);
        server.api.get("/user/me", &owner.token).await.expect(200);
    }
}
