//! Tests of liveness and readiness.

use crate::support::{Api, PASSWORD, Person, TestDatabase, TestServer, on_both_databases};

on_both_databases! { a_lost_database_is_503_until_it_is_back }

/// Repeats the request until the response has this status.
async fn until_ready_is(api: &Api, status: u16) -> serde_json::Value {
    loop {
        let answer = api.get_public("/health/ready").await;
        if answer.status == status {
            return answer.body;
        }
        tokio::task::yield_now().await;
    }
}

async fn a_lost_database_is_503_until_it_is_back(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    api.get_public("/health/ready").await.expect(200);
    database.lose().await;
    let told = until_ready_is(api, 503).await;
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.starts_with("database: the "), "{reason}");
    assert!(!reason.contains('/'), "nothing of where it is: {reason}");
    api.get_public("/health").await.expect(200);
    if database.is_postgres() {
        // A SQLite file that was moved away is still open, and can be read.
        let lost = api.get("/user/", &owner.token).await;
        let told = lost.problem(503, "database_unavailable");
        assert_eq!(told, "The database is unavailable. Please try again later.");
        assert_eq!(lost.header("retry-after"), "1");
        let login = api.login(&owner.username, PASSWORD, "").await;
        login.oauth_error(503, "temporarily_unavailable");
        let refresh = api.refresh(&owner.refresh_token).await;
        refresh.oauth_error(503, "temporarily_unavailable");
        assert_eq!(refresh.header("retry-after"), "1");
    }
    database.bring_back().await;
    until_ready_is(api, 200).await;
    // It was not used up by the request that failed.
    api.refresh(&owner.refresh_token).await.expect(200);
    api.get("/user/me", &owner.token).await.expect(200);
}
