//! Tests of requests that wait for another writer.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{AnyConnection, Connection, Executor};

use crate::support::{PASSWORD, Person, TestDatabase, TestServer, on_both_databases, settings};

on_both_databases! { a_lock_is_not_waited_for_without_end }

/// Begins a transaction that changes users and organizations, as one of another process, and does not end it.
async fn lock(database: &TestDatabase) -> AnyConnection {
    let mut other = AnyConnection::connect(&database.url).await.unwrap();
    let begin = match database.is_postgres() {
        true => "BEGIN",
        false => "BEGIN IMMEDIATE",
    };
    for statement in [
        begin,
        "UPDATE users SET email = email",
        "UPDATE orgs SET name = name",
    ] {
        other.execute(statement).await.unwrap();
    }
    other
}

async fn a_lock_is_not_waited_for_without_end(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.database.acquire_timeout_seconds = 3;
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let role = json!({"name": "a role"});
    let mut other = lock(&database).await;
    let started = Instant::now();
    let (refused, login) = tokio::join!(
        api.post("/role/", &owner.token, &role),
        api.login(&owner.username, PASSWORD, "")
    );
    refused.problem(503, "database_unavailable");
    login.oauth_error(503, "temporarily_unavailable");
    for response in [refused, login] {
        assert_ne!(response.header("retry-after"), "");
    }
    assert!(started.elapsed() < Duration::from_secs(60));
    other.execute("ROLLBACK").await.unwrap();
    api.posted("/role/", &owner.token, &role).await;
    api.login(&owner.username, PASSWORD, "").await.expect(200);
}
