//! Optional authentication: without credentials there is no caller, and bad credentials are rejected.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use identity_actix::{Authenticate, Caller};
use identity_core::Authenticator;
use identity_core::providers::Oidc;
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use serde_json::json;

fn token(audience: &str) -> String {
    TestKey::fixed().token(&json!({
        "iss": "https://issuer.example/", "aud": audience, "sub": "U1", "exp": 1_700_000_600,
    }))
}

/// Sends a request with these headers, and returns the status, the body and the challenge.
async fn ask(path: &str, headers: &[&str]) -> (u16, String, Option<String>) {
    let keys = Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    let clock = Arc::new(TestClock::at(1_700_000_000.0));
    let provider = Oidc::issuer("https://issuer.example/", "api").unwrap();
    let builder = Authenticator::builder(provider).keys(keys).clock(clock);
    let authenticator = builder.build().unwrap();
    let greet = async |caller: Option<Caller>| match caller {
        Some(caller) => caller.principal().subject.clone(),
        None => "no caller".to_owned(),
    };
    let scope = web::scope("/api")
        .wrap(Authenticate::optional(authenticator).realm("an-api"))
        .route("/greet", web::get().to(greet))
        .route(
            "/me",
            web::get().to(async |caller: Caller| caller.principal().subject.clone()),
        );
    let app = init_service(App::new().service(scope)).await;
    let request = headers
        .iter()
        .fold(TestRequest::get().uri(path), |request, value| {
            request.append_header((AUTHORIZATION, *value))
        });
    let response = call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    let challenge = response.headers().get(WWW_AUTHENTICATE);
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    let body = read_body(response).await.to_vec();
    (status, String::from_utf8(body).unwrap(), challenge)
}

#[actix_web::test]
async fn a_request_without_credentials_has_no_caller() {
    let none: &[&[&str]] = &[&[], &["Basic YTpi"]];
    for headers in none {
        let (status, body, challenge) = ask("/api/greet", headers).await;
        assert_eq!((status, body.as_str(), challenge), (200, "no caller", None));
    }
}

#[actix_web::test]
async fn a_good_token_has_a_caller_whatever_the_case_of_the_scheme() {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let credentials = format!("{scheme} {}", token("api"));
        for path in ["/api/greet", "/api/me"] {
            let (status, body, challenge) = ask(path, &[&credentials]).await;
            let found = (status, body.as_str(), challenge);
            assert_eq!(found, (200, "U1", None), "{path} {scheme}");
        }
    }
}

#[actix_web::test]
async fn bad_credentials_are_refused_and_not_taken_for_none() {
    let (good, other) = (token("api"), token("other"));
    let (good, other) = (format!("Bearer {good}"), format!("Bearer {other}"));
    let cases: [(&[&str], u16, &str); 4] = [
        (&["Bearer garbage"], 401, "malformed_token"),
        (&[&other], 401, "invalid_claims"),
        (&["Bearer"], 400, "invalid_request"),
        (&[&good, &good], 400, "invalid_request"),
    ];
    for (headers, expected, code) in cases {
        let (status, body, challenge) = ask("/api/greet", headers).await;
        assert_eq!(status, expected, "{headers:?}: {body}");
        assert!(body.contains(&format!("\"code\":\"{code}\"")), "{body}");
        let challenge = challenge.unwrap();
        assert!(
            challenge.starts_with(r#"Bearer realm="an-api", error="#),
            "{challenge}"
        );
    }
}

#[actix_web::test]
async fn a_handler_that_needs_a_caller_responds_with_401() {
    let (status, body, challenge) = ask("/api/me", &[]).await;
    assert_eq!(status, 401);
    assert!(body.contains("\"code\":\"missing_token\""), "{body}");
    assert_eq!(challenge.as_deref(), Some(r#"Bearer realm="an-api""#));
}
