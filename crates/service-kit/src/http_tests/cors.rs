//! Requests from other origins.

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{Answer, Setup};
use super::requests::{get, token, with_token};

const OURS: &str = "https://app.example.com";

pub(super) fn preflight(origin: &str, method: &str, headers: &str) -> TestRequest {
    get("/api/users")
        .method(Method::OPTIONS)
        .insert_header(("origin", origin))
        .insert_header(("access-control-request-method", method))
        .insert_header(("access-control-request-headers", headers))
}

/// Requests to which the responses are 200, 401, 403, 404, 405, 413, 500 and 503.
fn requests() -> Vec<(u16, Setup, TestRequest)> {
    let ours = || Setup::allowing(&[OURS]);
    let known = || token(&json!({"permissions": ["users.create"]}));
    let large = TestRequest::post()
        .uri("/api/users")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload("x".repeat(1000));
    let without_keys = Setup {
        keys: Setup::without_keys().keys,
        ..ours()
    };
    vec![
        (200, ours(), get("/public")),
        (401, ours(), get("/api/me")),
        (403, ours(), with_token(get("/api/admin"), &known())),
        (404, ours(), get("/nothing")),
        (405, ours(), get("/public").method(Method::DELETE)),
        (413, ours(), with_token(large, &known())),
        (500, ours(), get("/lost/caller")),
        (503, without_keys, with_token(get("/api/me"), &known())),
    ]
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[actix_web::test]
async fn a_page_of_an_allowed_origin_may_read_every_answer() {
    for (status, setup, request) in requests() {
        let answer = setup.ask(request.insert_header(("origin", OURS))).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(allowed_origin(&answer), Some(OURS), "{status}");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in ["www-authenticate", "retry-after", "link", "x-request-id"] {
            assert!(exposed.contains(name), "{status}: {exposed}");
        }
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            None,
            "{status}"
        );
    }
}

#[actix_web::test]
async fn a_page_of_another_origin_may_read_none() {
    let others = [
        "https://evil.example",
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "https://app.example.com:444",
        "null",
        "",
    ];
    for origin in others {
        for (status, setup, request) in requests() {
            let answer = setup.ask(request.insert_header(("origin", origin))).await;
            assert_eq!(answer.status.as_u16(), status, "{origin}");
            assert_eq!(allowed_origin(&answer), None, "{origin} {status}");
        }
    }
}

#[actix_web::test]
async fn without_allowed_origins_there_are_no_headers_at_all() {
    let answer = Setup::default()
        .ask(get("/api/me").insert_header(("origin", OURS)))
        .await;
    assert_eq!(answer.status.as_u16(), 401);
    let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    assert!(
        !names.iter().any(|name| name.starts_with("access-control")),
        "{names:?}"
    );
    let answer = Setup::default()
        .ask(preflight(OURS, "GET", "authorization"))
        .await;
    assert_eq!(
        answer.status.as_u16(),
        401,
        "only a preflight may come without a token"
    );
}

#[actix_web::test]
async fn a_preflight_needs_no_token() {
    let setup = Setup::allowing(&["https://other.example.com", OURS]);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = setup
            .ask(preflight(OURS, method, "authorization, content-type"))
            .await;
        assert_eq!(answer.status.as_u16(), 200, "{method}");
        assert_eq!(allowed_origin(&answer), Some(OURS));
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains(method)
        );
        let headers = answer.header("access-control-allow-headers").unwrap();
        assert!(
            headers.contains("authorization") && headers.contains("content-type"),
            "{headers}"
        );
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
        assert!(answer.header("vary").unwrap().contains("Origin"));
    }
}

#[actix_web::test]
async fn a_preflight_for_what_is_not_allowed_has_no_headers() {
    let setup = Setup::allowing(&[OURS]);
    for (origin, method, headers) in [
        ("https://evil.example", "GET", "authorization"),
        (OURS, "TRACE", "authorization"),
        (OURS, "GET", "x-other"),
    ] {
        let answer = setup.ask(preflight(origin, method, headers)).await;
        assert_eq!(answer.status.as_u16(), 400, "{origin} {method} {headers}");
        assert_eq!(allowed_origin(&answer), None, "{origin} {method} {headers}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert!(
            answer.body.contains(r#""code":"bad_request""#),
            "{}",
            answer.body
        );
    }
}

#[actix_web::test]
async fn a_star_allows_every_origin_and_names_none() {
    let setup = Setup::allowing(&["*"]);
    for origin in [OURS, "https://evil.example", "null"] {
        let answer = setup
            .ask(get("/api/me").insert_header(("origin", origin)))
            .await;
        assert_eq!(allowed_origin(&answer), Some("*"), "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let answer = setup.ask(preflight(OURS, "POST", "authorization")).await;
    assert_eq!(allowed_origin(&answer), Some("*"));
}

#[actix_web::test]
async fn swagger_ui_may_sign_in_from_another_origin() {
    let setup = Setup::allowing(&[OURS]);
    // The headers that the Authorize dialog of Swagger UI sends with a user name and a password.
    let headers = "authorization,content-type,x-requested-with";
    let answer = setup.ask(preflight(OURS, "POST", headers)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    assert_eq!(allowed_origin(&answer), Some(OURS));
}

#[actix_web::test]
async fn pages_may_send_the_headers_of_tracing_and_those_that_are_set() {
    let default = "authorization,traceparent,tracestate,baggage,sentry-trace,x-request-id,idempotency-key,dpop";
    let answer = Setup::allowing(&[OURS])
        .ask(preflight(OURS, "POST", default))
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let mut setup = Setup::allowing(&[OURS]);
    setup.settings.cors_allowed_headers = vec!["x-tenant".to_owned()];
    for (headers, status) in [("authorization,X-Tenant", 200), ("traceparent", 400)] {
        let answer = setup.ask(preflight(OURS, "POST", headers)).await;
        assert_eq!(answer.status.as_u16(), status, "{headers}: {}", answer.body);
    }
}
