//! Limits of client addresses.

use std::time::Duration;

use actix_web::http::Method;
use serde_json::json;

use super::{Instance, ada, get, me};

const ONE_PUBLIC: (&str, &str) = ("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "1");
const ONE_READ: (&str, &str) = ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "1");
const ONE_CHANGE: (&str, &str) = ("RATE_LIMIT__ADDRESS__CHANGE__PER_MINUTE", "1");

#[actix_web::test]
async fn a_request_over_the_limit_is_429_and_says_when_to_try_again() {
    let service = Instance::with(&[
        ("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "6"),
        ("RATE_LIMIT__ADDRESS__PUBLIC__BURST", "2"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com"),
    ]);
    let request = || get("/public").insert_header(("origin", "https://app.example.com"));
    let first = service.ask(request()).await;
    assert_eq!(first.status, 200);
    assert_eq!(service.ask(request()).await.status, 200);
    let refused = service.ask(request()).await;
    assert_eq!(refused.status, 429);
    let mut body = refused.json();
    let id = body["request_id"].take();
    assert_eq!(
        Some(id.as_str().unwrap()),
        refused.header("x-request-id").as_deref()
    );
    let expected = json!({
        "type": "about:blank", "title": "Too Many Requests", "status": 429, "code": "too_many_requests",
        "detail": "Too many requests. Please try again later.", "request_id": null,
    });
    assert_eq!(body, expected);
    let headers = [
        ("content-type", "application/problem+json"),
        ("retry-after", "10"),
        ("ratelimit-policy", r#""address-public";q=2;w=20"#),
        ("ratelimit", r#""address-public";r=0;t=10"#),
        ("access-control-allow-origin", "https://app.example.com"),
    ];
    for (name, value) in headers {
        assert_eq!(refused.header(name).as_deref(), Some(value), "{name}");
    }
    for answer in [&first, &refused] {
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in ["ratelimit", "ratelimit-policy", "retry-after"] {
            assert!(exposed.split(", ").any(|one| one == name), "{exposed}");
        }
    }
    assert_eq!(
        first.header("ratelimit").unwrap(),
        r#""address-public";r=1;t=10"#
    );
    assert_eq!(first.header("retry-after"), None);

    service.clock.advance(Duration::from_secs(4));
    let refused = service.ask(request()).await;
    assert_eq!(refused.header("retry-after").as_deref(), Some("6"));
    service.clock.advance(Duration::from_secs(6));
    assert_eq!(
        service.statuses(2, request).await,
        [200, 429],
        "one is restored"
    );
    service.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        service.statuses(3, request).await,
        [200, 200, 429],
        "a burst, and no more"
    );
}

#[actix_web::test]
async fn nothing_is_limited_or_told_unless_it_is_set() {
    let service = Instance::with(&[]);
    for _ in 0..50 {
        for request in [get("/public"), ada(Method::GET), me(Method::GET)] {
            let answer = service.ask(request).await;
            assert_ne!(answer.status, 429);
            assert_eq!(answer.header("ratelimit"), None);
            assert_eq!(answer.header("ratelimit-policy"), None);
        }
    }
}

#[actix_web::test]
async fn each_class_of_routes_has_a_limit_of_its_own() {
    let changes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for method in changes {
        let service = Instance::with(&[ONE_CHANGE]);
        let statuses = service.statuses(2, || ada(method.clone())).await;
        assert_eq!(statuses, [200, 429], "{method}");
        assert_eq!(service.ask(ada(Method::GET)).await.status, 200, "{method}");
        assert_eq!(service.ask(get("/public")).await.status, 200, "{method}");
    }
    for method in [Method::GET, Method::HEAD] {
        let service = Instance::with(&[ONE_READ]);
        let statuses = service.statuses(2, || ada(method.clone())).await;
        assert_eq!(statuses, [200, 429], "{method}");
        assert_eq!(service.ask(ada(Method::POST)).await.status, 200);
        assert_eq!(service.ask(get("/api/open/word")).await.status, 200);
    }
    for path in [
        "/public",
        "/api/open/word",
        "/nothing",
        "/docs/",
        "/openapi.json",
    ] {
        let service = Instance::with(&[ONE_PUBLIC]);
        assert_ne!(service.ask(get(path)).await.status, 429, "{path}");
        assert_eq!(service.ask(get(path)).await.status, 429, "{path}");
        assert_eq!(
            service.ask(get(path).method(Method::POST)).await.status,
            429
        );
        assert_eq!(service.ask(ada(Method::GET)).await.status, 200, "{path}");
        assert_eq!(service.ask(ada(Method::POST)).await.status, 200, "{path}");
    }
}

#[actix_web::test]
async fn a_path_is_of_the_same_class_however_it_is_written() {
    for path in [
        "/%61pi/me",
        "/api/%6De",
        "/api/me?x=/public",
        "/api/nothing",
        "/api",
    ] {
        let service = Instance::with(&[ONE_READ]);
        assert_ne!(service.ask(get(path)).await.status, 429, "{path}");
        assert_eq!(service.ask(get(path)).await.status, 429, "{path}");
        assert_eq!(service.ask(ada(Method::GET)).await.status, 429, "{path}");
    }
}

#[actix_web::test]
async fn health_and_preflights_are_never_limited() {
    let service = Instance::with(&[
        ONE_PUBLIC,
        ONE_READ,
        ONE_CHANGE,
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com"),
    ]);
    for path in ["/health", "/health/ready"] {
        assert_eq!(service.statuses(5, || get(path)).await, [200; 5], "{path}");
    }
    let preflight = || {
        get("/api/me")
            .method(Method::OPTIONS)
            .insert_header(("origin", "https://app.example.com"))
            .insert_header(("access-control-request-method", "GET"))
    };
    assert_eq!(service.statuses(5, preflight).await, [200; 5]);
    assert_eq!(
        service.statuses(2, || get("/health/other")).await,
        [404, 429]
    );
}

#[actix_web::test]
async fn an_address_is_limited_for_itself_and_ipv6_by_its_network() {
    let service = Instance::with(&[ONE_PUBLIC, ("TRUSTED_PROXIES", "192.0.2.99")]);
    for (address, status) in [
        ("192.0.2.1", 200),
        ("192.0.2.1", 429),
        ("192.0.2.2", 200),
        ("2001:db8::1", 200),
        ("2001:db8::ffff:1", 429),
        ("2001:db8:0:1::1", 200),
    ] {
        let answer = service.ask_from(address, get("/public")).await;
        assert_eq!(answer.status, status, "{address}");
    }
    let forwarded = |client: &str| get("/public").insert_header(("x-forwarded-for", client));
    for (client, status) in [("192.0.2.3", 200), ("192.0.2.3", 429), ("192.0.2.4", 200)] {
        let answer = service.ask_from("192.0.2.99", forwarded(client)).await;
        assert_eq!(answer.status, status, "{client}");
    }
    let forged = service
        .ask_from("192.0.2.1", forwarded("192.0.2.200"))
        .await;
    assert_eq!(forged.status, 429, "only a trusted proxy is believed");
}

#[actix_web::test]
async fn limits_that_stay_keep_their_counters_and_others_begin_anew() {
    let service = Instance::with(&[ONE_PUBLIC]);
    assert_eq!(service.ask(get("/public")).await.status, 200);
    let apply = |values| {
        let settings = super::settings(values).unwrap();
        service.service.limits.apply("an-api", &settings);
    };
    apply(&[ONE_PUBLIC]);
    assert_eq!(
        service.ask(get("/public")).await.status,
        429,
        "the same limit"
    );
    apply(&[("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "2")]);
    assert_eq!(
        service.statuses(3, || get("/public")).await,
        [200, 200, 429]
    );
    apply(&[]);
    assert_eq!(
        service.statuses(3, || get("/public")).await,
        [200; 3],
        "off"
    );
}
