//! The security headers of every response.

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{Answer, Setup};
use super::cors::preflight;
use super::requests::{get, token, with_token};

const OURS: &str = "https://app.example.com";
const PROXY: &str = "192.0.2.1";

const DATA: &str = "default-src 'none'; frame-ancestors 'none'";
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A request, and what is expected: the status, the policy and `Cache-Control`.
type Row = (TestRequest, u16, &'static str, Option<&'static str>);

/// Every route of the service, every kind of refusal, and preflights.
fn rows() -> Vec<Row> {
    let caller = || token(&json!({"permissions": ["users.create"]}));
    let with = |request| with_token(request, &caller());
    let large = TestRequest::post()
        .uri("/api/users")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload("x".repeat(1000));
    let user = TestRequest::post()
        .uri("/api/users")
        .set_json(json!({"name": "Ada"}));
    let cookie = get("/public").insert_header(("cookie", "session=1"));
    let no_store = Some("no-store");
    vec![
        (get("/public"), 200, DATA, None),
        (get("/public").method(Method::HEAD), 200, DATA, None),
        (get("/health"), 200, DATA, None),
        (get("/health/ready"), 200, DATA, no_store),
        (get("/openapi.json"), 200, DATA, None),
        (get("/docs"), 308, DATA, None),
        (get("/docs/"), 200, DOCS, None),
        (get("/docs/service.css"), 200, DOCS, None),
        (get("/docs/swagger-ui-bundle.js"), 200, DOCS, None),
        (get("/docs/nothing"), 404, DATA, None),
        (get("/nothing"), 404, DATA, None),
        (get("/public").method(Method::DELETE), 405, DATA, None),
        (get("/lost/caller"), 500, DATA, None),
        (get("/api/me"), 401, DATA, no_store),
        (get("/api/nothing"), 401, DATA, no_store),
        (with_token(get("/api/me"), "garbage"), 401, DATA, no_store),
        (with_token(get("/api/me"), ""), 400, DATA, no_store),
        (with(get("/api/me")), 200, DATA, no_store),
        (with(user), 200, DATA, no_store),
        (with(get("/api/admin")), 403, DATA, no_store),
        (with(get("/api/nothing")), 404, DATA, no_store),
        (with(get("/api/orgs/1")), 404, DATA, no_store),
        (with(large), 413, DATA, no_store),
        (with(get("/public")), 200, DATA, no_store),
        (cookie, 200, DATA, no_store),
        (preflight(OURS, "GET", "authorization"), 200, DATA, None),
        (
            preflight("https://evil.example", "GET", "authorization"),
            400,
            DATA,
            None,
        ),
        (
            get("/.well-known/oauth-protected-resource"),
            200,
            DATA,
            Some("private, max-age=3600"),
        ),
        (
            with(get("/.well-known/oauth-protected-resource")),
            200,
            DATA,
            Some("private, max-age=3600"),
        ),
    ]
}

fn setup() -> Setup {
    let mut setup = Setup::allowing(&[OURS]);
    setup.settings.trusted_proxies = PROXY.parse().unwrap();
    setup
}

async fn each(change: impl Fn(TestRequest) -> TestRequest, check: impl Fn(&str, &Answer)) {
    for (index, (request, status, policy, cache_control)) in rows().into_iter().enumerate() {
        let request = change(request.insert_header(("host", "an-api.example")));
        let answer = setup().ask(request).await;
        let why = format!("row {index}: {answer:?}");
        assert_eq!(answer.status.as_u16(), status, "{why}");
        for (name, expected) in [
            ("x-content-type-options", Some("nosniff")),
            ("referrer-policy", Some("no-referrer")),
            ("content-security-policy", Some(policy)),
            ("cache-control", cache_control),
        ] {
            assert_eq!(answer.header(name), expected, "{name} of {why}");
        }
        check(&why, &answer);
    }
}

fn through(peer: &str, scheme: &'static str) -> impl Fn(TestRequest) -> TestRequest {
    let peer = format!("{peer}:5").parse().unwrap();
    move |request| {
        let request = request.peer_addr(peer);
        request.insert_header(("x-forwarded-proto", scheme))
    }
}

#[actix_web::test]
async fn every_response_has_them_and_none_over_http_asks_for_https() {
    let none = |why: &str, answer: &Answer| {
        assert_eq!(answer.header("strict-transport-security"), None, "{why}");
    };
    each(|request| request, none).await;
    each(through(PROXY, "http"), none).await;
    // Anyone can write the header.
    each(through("198.51.100.1", "https"), none).await;
}

#[actix_web::test]
async fn every_response_over_https_asks_for_https_from_then_on() {
    each(through(PROXY, "https"), |why, answer| {
        let hsts = answer.header("strict-transport-security");
        assert_eq!(hsts, Some("max-age=31536000"), "{why}");
    })
    .await;
}

#[actix_web::test]
async fn the_time_for_https_is_a_setting() {
    let mut setup = setup();
    setup.settings.hsts_max_age = std::time::Duration::ZERO;
    let answer = setup.ask(through(PROXY, "https")(get("/nothing"))).await;
    let hsts = answer.header("strict-transport-security");
    assert_eq!(hsts, Some("max-age=0"));
}

#[actix_web::test]
async fn the_documentation_has_no_inline_script_and_no_inline_style() {
    let page = setup().ask(get("/docs/")).await.body;
    assert!(
        !page.contains("<style") && !page.contains(" style="),
        "{page}"
    );
    let scripts: Vec<_> = page.split("<script").skip(1).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(script.starts_with(" src=\"./"), "{script}");
        assert!(script.contains("\"></script>"), "{script}");
    }
}
