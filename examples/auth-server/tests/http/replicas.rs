//! Tests of several replicas on one database.

use auth_server::{Rotation, server};

use crate::keys::{header, key_ids};
use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};

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
