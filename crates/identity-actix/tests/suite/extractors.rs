//! What the arguments of a handler require of its caller, and what they give to the handler.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use identity_actix::{Authenticate, Bearer, Claims, Require};
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::{Authenticator, Policy, Rule, all_of};
use serde::Deserialize;
use serde_json::{Value, json};

struct ReadAndWrite;

impl Policy for ReadAndWrite {
    const RULE: Rule = all_of![Rule::scope("read:x"), Rule::scope("write:x")];
}

struct Administer;

impl Policy for Administer {
    const RULE: Rule = Rule::role("admin");
}

struct OfAcme;

impl Policy for OfAcme {
    const RULE: Rule = Rule::claim("company", "acme");
}

struct Vip;

impl Policy for Vip {
    const RULE: Rule = Rule::permission("vip");
}

/// Claims that a handler asks for.
#[derive(Deserialize)]
struct Wanted {
    email: String,
}

/// Returns a valid token with these claims added or changed; `null` removes a claim.
fn token(changes: &Value) -> String {
    let mut claims = json!({
        "iss": "https://issuer.example/", "aud": "api", "sub": "U1", "exp": 1_700_000_600,
        "email": "ada@example.com",
    });
    let members = claims.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    TestKey::fixed().token(&claims)
}

/// Sends a request with this token, and returns the status, the body, and the head of the response as text.
async fn ask(path: &str, token: &str) -> (u16, String, String) {
    let provider = Oidc::new(OidcConfig {
        permission_claims: vec!["permissions".parse().unwrap()],
        ..OidcConfig::new("https://issuer.example/", "api")
    });
    let authenticator = Authenticator::builder(provider.unwrap())
        .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
        .clock(Arc::new(TestClock::at(1_700_000_000.0)))
        .build()
        .unwrap();
    let email = async |claims: Claims<Wanted>| claims.0.email;
    let preview = async |bearer: Bearer| bearer.preview();
    let scope = web::scope("/api")
        .wrap(Authenticate::required(authenticator))
        .route(
            "/scopes",
            web::get().to(async |_: Require<ReadAndWrite>| ""),
        )
        .route("/admin", web::get().to(async |_: Require<Administer>| ""))
        .route("/acme", web::get().to(async |_: Require<OfAcme>| ""))
        .route("/vip", web::get().to(async |_: Require<Vip>| ""))
        .route("/email", web::get().to(email))
        .route("/preview", web::get().to(preview));
    let app = init_service(App::new().service(scope)).await;
    let request = TestRequest::get()
        .uri(path)
        .insert_header((AUTHORIZATION, format!("Bearer {token}")));
    let response = call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    let head = format!("{:?}", response.headers());
    let body = read_body(response).await.to_vec();
    (status, String::from_utf8(body).unwrap(), head)
}

#[actix_web::test]
async fn claims_that_do_not_fit_are_refused_without_their_values() {
    for changes in [
        json!({"email": null}),
        json!({"email": {"secret-value": 1}}),
    ] {
        let (status, body, head) = ask("/api/email", &token(&changes)).await;
        assert_eq!(status, 403, "{changes}");
        for word in ["secret-value", "email"] {
            let is_repeated = body.contains(word) || head.contains(word);
            assert!(!is_repeated, "{changes}: {head} {body}");
        }
    }
}

#[actix_web::test]
async fn claims_that_fit_are_handed_out() {
    let (status, body, _) = ask("/api/email", &token(&json!({}))).await;
    assert_eq!((status, body.as_str()), (200, "ada@example.com"));
}

#[actix_web::test]
async fn a_preview_is_the_start_of_the_header() {
    let token = token(&json!({}));
    let (_, body, _) = ask("/api/preview", &token).await;
    let (header, rest) = token.split_once('.').unwrap();
    assert_eq!(body, format!("{}...", header.get(..20).unwrap()));
    assert!(!rest.contains(body.trim_end_matches('.')));
}

#[actix_web::test]
async fn who_has_what_the_rule_asks_for_is_let_in() {
    for (path, granted) in [
        ("/api/scopes", json!({"scope": "write:x other read:x"})),
        ("/api/scopes", json!({"scope": ["read:x", "write:x"]})),
        ("/api/admin", json!({"roles": ["viewer", "admin"]})),
        ("/api/admin", json!({"roles": "admin"})),
        ("/api/acme", json!({"company": "acme"})),
        ("/api/vip", json!({"permissions": ["vip"]})),
    ] {
        let (status, body, _) = ask(path, &token(&json!({}))).await;
        assert_eq!(status, 403, "{path} without it: {body}");
        let (status, body, _) = ask(path, &token(&granted)).await;
        assert_eq!(status, 200, "{path} {granted}: {body}");
    }
}
