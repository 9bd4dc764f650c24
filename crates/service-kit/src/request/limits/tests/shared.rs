//! Limits that several processes count together.

use actix_web::http::Method;

use super::super::store::State;
use super::server::Server;
use super::{ISSUER, Instance, ada, as_subject, get, me};
use crate::http_tests::log::listen;
use crate::settings::LogFormat;

const THREE: (&str, &str) = ("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "3");

fn forged() -> actix_web::test::TestRequest {
    as_subject(me(Method::GET), "https://other.example.com/", "ada")
}

/// Returns a service that counts in the store, once it does.
async fn counting_in(server: &Server, limits: &[(&str, &str)]) -> Instance {
    let url = server.url();
    let url = [
        ("RATE_LIMIT_URL", url.as_str()),
        ("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS", "5000"),
    ];
    let service = Instance::with(&[limits, &url].concat());
    service.store_is(State::Up).await;
    service
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn requests_at_one_count_at_the_other() {
    let server = Server::start(None);
    let one = counting_in(&server, &[THREE]).await;
    let other = counting_in(&server, &[THREE]).await;
    let public = || get("/public");
    assert_eq!(one.statuses(2, public).await, [200, 200]);
    let last = other.ask(public()).await;
    assert_eq!(
        last.header("ratelimit").unwrap(),
        r#""address-public";r=0;t=20"#
    );
    for service in [&one, &other] {
        let refused = service.ask(public()).await;
        assert_eq!(refused.status, 429);
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=20).contains(&wait), "{wait}");
    }
    let neighbour = other.ask_from("192.0.2.2", public()).await;
    assert_eq!(neighbour.status, 200);
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn failures_and_subjects_at_one_count_at_the_other() {
    let server = Server::start(None);
    let limits = [
        ("RATE_LIMIT__FAILURES__PER_MINUTE", "2"),
        ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "100"),
        ("RATE_LIMIT__SUBJECT__READ__PER_MINUTE", "3"),
    ];
    let one = counting_in(&server, &limits).await;
    let other = counting_in(&server, &limits).await;
    for service in [&one, &other, &one] {
        assert_eq!(service.ask(ada(Method::GET)).await.status, 200);
    }
    let refused = other.ask(ada(Method::GET)).await;
    assert!(
        refused
            .header("ratelimit")
            .unwrap()
            .contains(r#""subject-read";r=0"#)
    );
    assert_eq!(refused.status, 429);
    assert_eq!(one.ask(forged()).await.status, 401);
    assert_eq!(other.ask(forged()).await.status, 401);
    for service in [&one, &other] {
        let bob = as_subject(me(Method::GET), ISSUER, "bob");
        let refused = service.ask(bob).await;
        assert_eq!(refused.status, 429);
        let told = refused.header("ratelimit").unwrap();
        assert!(told.starts_with(r#""failures";r=0;t="#), "{told}");
    }
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn nobody_can_be_recognized_in_the_store_and_every_key_expires() {
    let server = Server::start(None);
    let limits = [
        ("RATE_LIMIT__FAILURES__PER_MINUTE", "2"),
        ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "100"),
        ("RATE_LIMIT__SUBJECT__READ__PER_MINUTE", "3"),
    ];
    let service = counting_in(&server, &limits).await;
    assert_eq!(service.ask(ada(Method::GET)).await.status, 200);
    assert_eq!(service.ask(forged()).await.status, 401);
    let mut keys: Vec<String> = server.run(&["KEYS", "*"]).await;
    keys.sort();
    let names = keys.iter().map(|key| key.rsplit_once(':').unwrap());
    let (names, hashes): (Vec<_>, Vec<_>) = names.unzip();
    let expected = [
        "an-api:address-read",
        "an-api:failures",
        "an-api:subject-read",
    ];
    assert_eq!(names, expected);
    for hash in hashes {
        assert!(hash.len() == 32 && hash.bytes().all(|one| one.is_ascii_hexdigit()));
    }
    for key in keys {
        let left: i64 = server.run(&["PTTL", &key]).await;
        assert!((1..=60_000).contains(&left), "{key}: {left}");
    }
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn services_with_prefixes_of_their_own_count_apart() {
    let server = Server::start(None);
    let prefix = |prefix| [THREE, ("RATE_LIMIT__KEY_PREFIX", prefix)];
    let blue = counting_in(&server, &prefix("blue")).await;
    let green = counting_in(&server, &prefix("green")).await;
    let public = || get("/public");
    assert_eq!(blue.statuses(4, public).await, [200, 200, 200, 429]);
    assert_eq!(green.statuses(4, public).await, [200, 200, 200, 429]);
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn a_store_that_dies_is_replaced_by_own_counters_until_it_is_back() {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let mut server = Server::start(None);
    let service = counting_in(&server, &[THREE]).await;
    let public = || get("/public");
    assert_eq!(service.statuses(4, public).await, [200, 200, 200, 429]);

    server.kill();
    let statuses = service.statuses(5, public).await;
    assert_eq!(statuses, [200, 200, 200, 429, 429], "its own counters");
    service.store_is(State::Down).await;
    let ready = service.ask(get("/health/ready")).await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["status"], "degraded");
    let reason = ready.json()["reason"].to_string();
    assert!(
        reason.contains("each process counts for itself"),
        "{reason}"
    );

    server.restart();
    service.store_is(State::Up).await;
    assert_eq!(
        service.statuses(4, public).await,
        [200, 200, 200, 429],
        "the store's"
    );
    let ready = service.ask(get("/health/ready")).await;
    assert_eq!(ready.json()["status"], "ready");
    let text = lines.text();
    assert_eq!(
        text.matches("so this process counts for itself").count(),
        1,
        "{text}"
    );
    assert_eq!(
        text.matches("rate limits are counted in the store").count(),
        2,
        "{text}"
    );
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn a_store_that_hangs_delays_one_request_and_no_other() {
    let server = Server::start(None);
    let url = server.url();
    let service = Instance::with(&[
        THREE,
        ("RATE_LIMIT_URL", &url),
        ("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS", "500"),
    ]);
    service.store_is(State::Up).await;
    let (): () = server.run(&["CLIENT", "PAUSE", "600000", "ALL"]).await;
    assert_eq!(service.ask(get("/public")).await.status, 200);
    // Given up: the next requests do not ask it.
    let limits = service.service.limits.active().unwrap();
    assert!(limits.store().unwrap().fault().is_some());
    assert_eq!(
        service.statuses(3, || get("/public")).await,
        [200, 200, 429]
    );
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn a_wrong_password_is_told_and_not_shown() {
    let (lines, _guard) = listen(LogFormat::Json, "trace");
    let server = Server::start(Some("hunter2"));
    let url = server.url().replace("redis://", "redis://:hunter3@");
    let service = Instance::with(&[THREE, ("RATE_LIMIT_URL", &url)]);
    service.store_is(State::Down).await;
    let statuses = service.statuses(4, || get("/public")).await;
    assert_eq!(statuses, [200, 200, 200, 429]);
    let text = lines.text();
    assert!(text.contains("so this process counts for itself"), "{text}");
    assert!(!text.contains("hunter"), "{text}");
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn a_server_that_refuses_the_script_is_not_used() {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let server = Server::start(None);
    // A replica may only be read.
    let (): () = server.run(&["REPLICAOF", "127.0.0.1", "1"]).await;
    let url = server.url();
    let service = Instance::with(&[THREE, ("RATE_LIMIT_URL", &url)]);
    service.store_is(State::Down).await;
    let statuses = service.statuses(4, || get("/public")).await;
    assert_eq!(statuses, [200, 200, 200, 429]);
    let text = lines.text();
    assert!(text.contains("read only replica"), "{text}");

    let (): () = server.run(&["REPLICAOF", "NO", "ONE"]).await;
    service.store_is(State::Up).await;
}

#[actix_web::test]
async fn a_service_starts_without_its_store_and_says_so() {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let service = Instance::with(&[THREE, ("RATE_LIMIT_URL", "redis://127.0.0.1:1")]);
    service.store_is(State::Down).await;
    let statuses = service.statuses(4, || get("/public")).await;
    assert_eq!(statuses, [200, 200, 200, 429]);
    let ready = service.ask(get("/health/ready")).await;
    assert_eq!(ready.json()["status"], "degraded");
    let text = lines.text();
    assert!(
        text.contains("the store of the rate limits at 127.0.0.1:1 cannot be used"),
        "{text}"
    );
}
