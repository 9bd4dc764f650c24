//! Tests of refused bodies: wrong type, malformed, too large, too slow.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Person, TestDatabase, TestServer, on_both_databases, send, settings};

on_both_databases! {
    json_is_read_where_json_is_expected
    forms_are_read_where_forms_are_expected
    a_body_that_does_not_come_in_time_is_408
}

const JSON: [&str; 10] = [
    "/user/signup",
    "/user/",
    "/user/password",
    "/role/",
    "/role/attach-permission",
    "/role/detach-permission",
    "/role/assign",
    "/role/unassign",
    "/permission/",
    "/client/",
];

const FORMS: [&str; 4] = [
    "/user/login",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
];

async fn json_is_read_where_json_is_expected(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    let owner = Person::owner(api).await;
    for path in JSON {
        let request = || api.request(Method::POST, path).bearer_auth(&owner.token);
        let form = send(request().form(&[("service", "a")])).await;
        form.problem(415, "unsupported_media_type");
        let broken = request().header("content-type", "application/json");
        send(broken.body("{")).await.problem(400, "bad_request");
        let large = json!({"name": "a".repeat(70_000)});
        let large = send(request().json(&large)).await;
        large.problem(413, "payload_too_large");
    }
    let body = json!({"role_id": "1", "permission_slug": "a.b.c"});
    let text = api.post("/role/attach-permission", &owner.token, &body);
    text.await.problem(400, "bad_request");
}

async fn forms_are_read_where_forms_are_expected(database: TestDatabase) {
    let server = TestServer::start(&database);
    let api = &server.api;
    for path in FORMS {
        let json = api
            .post_public(path, &json!({"grant_type": "password"}))
            .await;
        json.oauth_error(415, "invalid_request");
        let twice = [("grant_type", "password"), ("grant_type", "password")];
        let twice = [&twice[..], &[("token", "a"), ("token", "a")]].concat();
        let twice = api.form(path, &twice).await;
        twice.oauth_error(400, "invalid_request");
        let huge = "a".repeat(70_000);
        let huge = api.form(path, &[("token", &huge)]).await;
        huge.oauth_error(413, "invalid_request");
    }
    // `/user/{user_id}` has other methods.
    for path in [&FORMS[..], &["/user/signup"]].concat() {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let refused = send(api.request(method, path)).await;
            refused.problem(405, "method_not_allowed");
            assert_eq!(refused.header("allow"), "POST", "{path}");
        }
    }
}

async fn a_body_that_does_not_come_in_time_is_408(database: TestDatabase) {
    let mut settings = settings(&database);
    settings.service.limits.body_timeout = Duration::from_millis(20);
    let server = TestServer::with(settings);
    let address = server.api.base.strip_prefix("http://").unwrap();
    let form = "application/x-www-form-urlencoded";
    let paths = FORMS.map(|path| (path, form, r#""error":"request_timeout""#));
    let json = (
        "/user/signup",
        "application/json",
        r#""code":"request_timeout""#,
    );
    for (path, kind, told) in [&paths[..], &[json]].concat() {
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 50\r\n\r\ngrant_type="
        );
        client.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains(told), "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
    }
}
