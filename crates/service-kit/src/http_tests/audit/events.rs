//! What there is an event for, and what is in it.

use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::super::requests::{get, token, with_token};
use super::{Audited, creating, creator, post, send, service};
use crate::settings::ServiceSettings;

fn what(event: &Value) -> [&str; 3] {
    ["audit.event", "audit.outcome", "audit.code"]
        .map(|name| event[name].as_str().unwrap_or_default())
}

#[actix_web::test]
async fn every_failed_authentication_has_one_event_without_a_caller() {
    let audited = Audited::new();
    let twice = get("/api/me").append_header((AUTHORIZATION, "Bearer a"));
    let twice = twice.append_header((AUTHORIZATION, "Bearer b"));
    let expired = token(&json!({"sub": "victim", "azp": "victim", "exp": 1}));
    for (why, request, code) in [
        ("no token", get("/api/me"), "missing_token"),
        ("two tokens", twice, "invalid_request"),
        ("no JWT", with_token(get("/api/me"), "x"), "malformed_token"),
        (
            "expired",
            with_token(post("/api/users"), &expired),
            "token_expired",
        ),
        ("no route", get("/api/nothing"), "missing_token"),
        ("a password", post("/sign-in/password"), "invalid_grant"),
    ] {
        let event = audited.event(request).await;
        assert_eq!(
            what(&event),
            ["authentication_failed", "denied", code],
            "{why}"
        );
        assert!(event.get("caller.subject").is_none(), "{why}: {event}");
        assert!(!event.to_string().contains("victim"), "{why}: {event}");
        assert_eq!(event["client.address"], "203.0.113.9", "{why}");
    }
}

#[actix_web::test]
async fn every_denial_has_one_event_with_the_rule_and_what_is_missing() {
    let audited = Audited::new();
    let caller = |claims: Value| token(&claims);
    for (why, request, code, status, policy, missing) in [
        (
            "a role, to read",
            with_token(get("/api/admin"), &caller(json!({}))),
            "missing_role",
            403,
            "Administer",
            "Missing required role: admin",
        ),
        (
            "a permission",
            with_token(post("/api/users"), &caller(json!({}))),
            "missing_permission",
            403,
            "CreateUsers",
            "Missing required permission: users.create",
        ),
        (
            "another tenant",
            with_token(post("/api/orgs/org_2/users"), &creator(&json!({}))),
            "not_found",
            404,
            "TenantCreators",
            "Not a member of the tenant",
        ),
        (
            "another sign-in",
            with_token(post("/api/transfer"), &caller(json!({"auth_time": 1}))),
            "insufficient_user_authentication",
            401,
            "WithSecondFactor",
            "Another sign-in is required: within 5 min with acr mfa",
        ),
    ] {
        let event = audited.event(request).await;
        assert_eq!(what(&event), ["access_denied", "denied", code], "{why}");
        assert_eq!(event["http.status"], status, "{why}");
        assert_eq!(event["audit.policy"], policy, "{why}");
        assert_eq!(event["caller.subject"], "subject-77", "{why}");
        assert_eq!(event["audit.missing"], missing, "{why}");
    }
    let other = with_token(post("/api/orgs/org_2/users"), &creator(&json!({})));
    assert_eq!(audited.event(other).await["tenant.id"], "org_2");
    let event = audited.event(post("/sign-in/right")).await;
    assert_eq!(
        what(&event),
        ["access_denied", "denied", "unauthorized_client"]
    );
}

#[actix_web::test]
async fn every_protected_change_has_one_event_with_what_became_of_it() {
    let audited = Audited::new();
    let delete = TestRequest::delete().uri("/api/users/7");
    let moved = with_token(post("/api/me"), &token(&json!({})));
    for (why, request, expected, status) in [
        (
            "created",
            creating("ada"),
            ["change_granted", "success", ""],
            201,
        ),
        (
            "deleted",
            with_token(delete, &creator(&json!({}))),
            ["change_granted", "success", ""],
            204,
        ),
        ("redirected", moved, ["change_granted", "success", ""], 303),
        (
            "a conflict",
            creating("taken"),
            ["change_failed", "failure", "conflict"],
            409,
        ),
        (
            "no body",
            with_token(post("/api/users"), &creator(&json!({}))),
            ["change_failed", "failure", "unsupported_media_type"],
            415,
        ),
        (
            "our mistake",
            creating("broken"),
            ["change_failed", "unknown", "internal_error"],
            500,
        ),
    ] {
        let event = audited.event(request).await;
        assert_eq!(what(&event), expected, "{why}: {event}");
        assert_eq!(event["http.status"], status, "{why}");
    }
}

#[actix_web::test]
async fn an_event_says_who_what_and_by_which_rule() {
    let audited = Audited::new();
    let mut event = audited.event(creating("ada")).await;
    let event = event.as_object_mut().unwrap();
    let (time, id) = (
        event.remove("time").unwrap(),
        event.remove("request_id").unwrap(),
    );
    assert_eq!(
        time.as_str().unwrap().len(),
        "2026-01-01T00:00:00.000000Z".len()
    );
    assert_eq!(id.as_str().unwrap().len(), 36);
    let expected = json!({
        "service.name": "an-api",
        "audit.event": "change_granted",
        "audit.outcome": "success",
        "audit.policy": "CreateUsers",
        "audit.rule": "permission users.create",
        "caller.issuer": "https://id.example.com/",
        "caller.subject": "subject-77",
        "caller.client": "client-1",
        "caller.actor": "agent-7",
        "caller.actor_issuer": "https://agents.example",
        "tenant.id": "org_1",
        "http.method": "POST",
        "http.route": "/api/users",
        "http.path": "/api/users",
        "http.status": 201,
        "client.address": "203.0.113.9",
    });
    assert_eq!(Value::Object(event.clone()), expected);
}

#[actix_web::test]
async fn what_is_allowed_and_changes_nothing_has_no_event() {
    let audited = Audited::new();
    let brew = TestRequest::default().method(Method::from_bytes(b"BREW").unwrap());
    let good = creator(&json!({}));
    for (why, request) in [
        ("to read", with_token(get("/api/me"), &good)),
        ("nothing public", get("/nothing")),
        ("a public POST", post("/sign-in/other")),
        ("no such route", with_token(get("/api/nothing"), &good)),
        (
            "no such route, to change",
            with_token(post("/api/nothing"), &good),
        ),
        ("no such method", with_token(brew.uri("/api/users"), &good)),
    ] {
        let events = audited.events(request).await;
        assert!(events.is_empty(), "{why}: {events:?}");
    }
}

#[actix_web::test]
async fn an_encoded_letter_does_not_hide_a_change() {
    let audited = Audited::new();
    for path in ["/api/%75sers/7", "/api/users/%37", "/%61pi/us%65rs/7"] {
        let delete = TestRequest::delete().uri(path);
        let event = audited
            .event(with_token(delete, &creator(&json!({}))))
            .await;
        assert_eq!(event["audit.event"], "change_granted", "{path}");
        assert_eq!(event["audit.policy"], "CreateUsers", "{path}");
        assert_eq!(event["http.route"], "/api/users/{user_id}", "{path}");
        assert_eq!(event["http.path"], path);
    }
}

#[actix_web::test]
async fn without_a_setting_there_is_none() {
    let (lines, _guard) = super::human();
    let service = service(&ServiceSettings::on_port(0));
    for request in [get("/api/me"), creating("ada"), creating("taken")] {
        drop(send(&service, request).await);
    }
    assert!(!lines.text().contains("audit"), "{}", lines.text());
}
