//! No line can be forged, and nothing secret is in one.

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, read_body};
use serde_json::json;

use super::super::log::{Lines, listen};
use super::super::requests::{get, with_token};
use super::{Audited, creating, creator, from_a_proxy, post, send};
use crate::settings::LogFormat;

/// Texts that would begin a line, end a field, or change how a line looks.
const HOSTILE: [&str; 8] = [
    "x\n{\"audit.event\":\"change_granted\"}",
    "x\r\nINFO audit: change_granted",
    "x\u{1b}[2K\u{1b}[31mred",
    "x\u{9b}31m\u{85}y",
    "x\u{2028}y\u{2029}z",
    "x\u{202e}evas\u{2066}y\u{200f}",
    "x\" audit.outcome=\"success",
    "x\u{0}\u{7}\u{8}\u{7f}\u{feff}\u{e0041}y",
];

fn assert_lines(text: &str, count: usize, why: &str) {
    assert_eq!(text.lines().count(), count, "{why}: {text}");
    let bad = |one: &char| *one != '\n' && one.escape_debug().len() > 1 && !"\"'\\".contains(*one);
    assert_eq!(text.chars().find(bad), None, "{why}: {text:?}");
}

async fn check(audited: &Audited, lines: &Lines, request: TestRequest, why: &str) {
    let before = lines.text().lines().count();
    audited.event(request).await;
    let text = lines.text();
    let new: Vec<_> = text.split('\n').skip(before).collect();
    let new = new.join("\n");
    // Each line is one of the program's own, with its time: none is a part of another.
    for line in new.lines() {
        let is_own = match serde_json::from_str::<serde_json::Value>(line) {
            Ok(line) => line["timestamp"].is_string(),
            Err(_) => line.starts_with("20"),
        };
        assert!(is_own, "{why}: {new}");
    }
    let count = new.lines().count();
    assert_lines(&new, count, why);
}

#[actix_web::test]
async fn no_name_begins_a_line_or_changes_how_one_looks() {
    for format in [LogFormat::Human, LogFormat::Json] {
        let (lines, _guard) = listen(format, "info");
        let audited = Audited::new();
        for (count, hostile) in HOSTILE.into_iter().enumerate() {
            let claims = json!({
                "sub": hostile, "azp": hostile, "org_id": hostile,
                "act": {"sub": hostile, "iss": hostile},
            });
            let request = with_token(post("/api/users"), &creator(&claims));
            let request = request.set_json(json!({"name": "ada"}));
            check(&audited, &lines, request, hostile).await;
            let written = audited.written().await;
            assert!(written.is_ascii(), "{written}");
            assert_lines(&written, count + 1, hostile);
            let event: serde_json::Value =
                serde_json::from_str(written.lines().last().unwrap()).unwrap();
            for name in [
                "caller.subject",
                "caller.client",
                "caller.actor",
                "tenant.id",
            ] {
                assert_eq!(event[name], hostile, "{name}");
            }
        }
    }
}

#[actix_web::test]
async fn no_path_tenant_or_header_does() {
    for format in [LogFormat::Human, LogFormat::Json] {
        let (lines, _guard) = listen(format, "info");
        let audited = Audited::new();
        for path in [
            "/api/%0A%7B%22audit.event%22:%22change_granted%22%7D",
            "/api/%0d%0aINFO%1b%5b2K",
            "/api/orgs/%E2%80%AE%0A%E2%80%A8%C2%9B31m/users",
            "/api/orgs/org%2F%250A/users",
        ] {
            let request = get(path).insert_header(("x-request-id", "forged"));
            let request = request.insert_header(("user-agent", "forged\t\u{e9}"));
            check(&audited, &lines, request, path).await;
            let denied = with_token(post(path), &creator(&json!({})));
            if path.starts_with("/api/orgs/") {
                check(&audited, &lines, denied, path).await;
            }
        }
        assert!(!lines.text().contains("forged"), "{}", lines.text());
        let written = audited.written().await;
        assert!(
            written.is_ascii() && !written.contains("forged"),
            "{written}"
        );
        let decoded = "org/%0A";
        assert!(
            written.lines().any(|line| line.contains(decoded)),
            "{written}"
        );
    }
}

#[actix_web::test]
async fn what_a_handler_denies_with_or_fails_for_is_one_line() {
    let audited = Audited::new();
    for name in ["theirs", "broken"] {
        let (lines, _guard) = super::human();
        check(&audited, &lines, creating(name), name).await;
        assert!(lines.text().contains(r"a\nb\u{202e}"), "{}", lines.text());
    }
}

#[actix_web::test]
async fn an_address_that_is_none_is_not_repeated() {
    let audited = Audited::new();
    for forwarded in [
        "203.0.113.7\", \"x\": \"",
        "<b>203.0.113.7</b>",
        "203.0.113.7, x",
    ] {
        let request = get("/api/me").peer_addr("192.0.2.1:5".parse().unwrap());
        let request = request.insert_header(("x-forwarded-for", forwarded));
        let app = actix_web::test::init_service(audited.service.app()).await;
        actix_web::test::call_service(&app, request.to_request()).await;
        let written = audited.written().await;
        let event: serde_json::Value =
            serde_json::from_str(written.lines().last().unwrap()).unwrap();
        assert_eq!(event["client.address"], "192.0.2.1", "{forwarded}");
    }
}

#[actix_web::test]
async fn a_long_text_is_cut() {
    let audited = Audited::new();
    let long = "\u{e9}".repeat(2000);
    let event = audited
        .event(get(&format!("/api/{}", "a".repeat(3000))))
        .await;
    assert_eq!(event["http.path"].as_str().unwrap().len(), 515);
    let request = with_token(get("/api/admin"), &creator(&json!({"sub": long})));
    let event = audited.event(request).await;
    let expected = format!("{}...", "\u{e9}".repeat(512));
    assert_eq!(event["caller.subject"], expected);
}

#[actix_web::test]
async fn nothing_secret_is_in_an_event() {
    for format in [LogFormat::Human, LogFormat::Json] {
        let (lines, _guard) = listen(format, "info");
        let audited = Audited::new();
        let good = creator(&json!({}));
        let signature = good.rsplit('.').next().unwrap().to_owned();
        let payload = good.split('.').nth(1).unwrap().to_owned();
        for request in [
            get("/api/me?key=hunter2").insert_header((AUTHORIZATION, "Basic aHVudGVyMg==")),
            with_token(get("/api/me?key=hunter2"), "hunter2"),
            with_token(post("/api/users?key=hunter2"), &good)
                .insert_header(("cookie", "session=hunter2"))
                .insert_header(("x-api-key", "hunter2"))
                .set_json(json!({"name": "hunter2"})),
            with_token(post("/api/users?key=hunter2"), &good).set_json(json!({"hunter2": 1})),
            with_token(get("/api/admin?key=hunter2"), &good),
        ] {
            audited.event(request).await;
        }
        for text in [audited.written().await, lines.text()] {
            for secret in [
                "hunter2",
                "aHVudGVyMg",
                &*signature,
                &*payload,
                "ada@example.com",
            ] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
        }
    }
}

#[actix_web::test]
async fn the_event_has_the_request_id_of_the_response() {
    let audited = Audited::new();
    let app = actix_web::test::init_service(audited.service.app()).await;
    let request = from_a_proxy(get("/api/me"));
    let response = actix_web::test::call_service(&app, request).await;
    let id = response.headers().get("x-request-id").unwrap().clone();
    drop(read_body(response).await);
    let written = audited.written().await;
    let event: serde_json::Value = serde_json::from_str(written.lines().last().unwrap()).unwrap();
    assert_eq!(event["request_id"], id.to_str().unwrap());
    drop(send(&audited.service, get("/api/me")).await);
}
