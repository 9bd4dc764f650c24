//! The limit of failed authentications.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use identity_core::keys::{KeySet, KeySource, KeyStatus, KeysFuture};
use identity_core::testing::{StaticKeys, TestKey};

use super::{Instance, OTHER_ISSUER, ada, as_subject, get, me, with_token};
use crate::test_service::NoKeys;

const TWO: (&str, &str) = ("RATE_LIMIT__FAILURES__PER_MINUTE", "2");

/// Keys that count how often a token was to be verified.
#[derive(Debug)]
struct Counting(StaticKeys, AtomicUsize);

impl KeySource for Counting {
    fn current(&self) -> Option<Arc<KeySet>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.current()
    }

    fn with_key<'a>(&'a self, id: &'a str) -> KeysFuture<'a> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.with_key(id)
    }

    fn status(&self) -> KeyStatus {
        self.0.status()
    }
}

fn forged(method: Method) -> actix_web::test::TestRequest {
    as_subject(me(method), "https://other.example.com/", "ada")
}

#[actix_web::test]
async fn an_address_that_failed_too_often_is_429_before_its_token_is_verified() {
    let keys = StaticKeys::of(&[&TestKey::fixed()]);
    let keys = Arc::new(Counting(keys, AtomicUsize::new(0)));
    let service = Instance::with_keys(keys.clone(), &[TWO]);
    let first = service.ask(forged(Method::GET)).await;
    assert_eq!(first.status, 401);
    assert_eq!(first.header("ratelimit").unwrap(), r#""failures";r=1;t=30"#);
    assert_eq!(
        first.header("ratelimit-policy").unwrap(),
        r#""failures";q=2;w=60"#
    );
    let garbage = with_token(me(Method::POST), "garbage");
    assert_eq!(service.ask(garbage).await.status, 401, "any method counts");

    let looked_up = keys.1.load(Ordering::Relaxed);
    for request in [
        ada(Method::GET),
        ada(Method::POST),
        forged(Method::GET),
        me(Method::GET),
    ] {
        let refused = service.ask(request).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.json()["code"], "too_many_requests");
        assert_eq!(refused.header("retry-after").unwrap(), "30");
        assert_eq!(
            refused.header("ratelimit").unwrap(),
            r#""failures";r=0;t=30"#
        );
        assert_eq!(refused.header("www-authenticate"), None);
    }
    assert_eq!(
        keys.1.load(Ordering::Relaxed),
        looked_up,
        "no token was verified"
    );
    assert_eq!(
        service.ask(get("/public")).await.status,
        200,
        "public routes stay"
    );
    assert_eq!(service.ask(get("/api/open/x")).await.status, 200);
    let other = service.ask_from("192.0.2.2", ada(Method::GET)).await;
    assert_eq!(other.status, 200, "others stay");

    service.clock.advance(Duration::from_secs(30));
    assert_eq!(service.ask(ada(Method::GET)).await.status, 200);
    assert_eq!(service.ask(forged(Method::GET)).await.status, 401);
    assert_eq!(service.ask(ada(Method::GET)).await.status, 429);
}

#[actix_web::test]
async fn a_good_token_and_a_request_without_one_are_no_failures() {
    let service = Instance::with(&[TWO]);
    for _ in 0..5 {
        let good = service.ask(ada(Method::GET)).await;
        assert_eq!(good.status, 200);
        assert_eq!(good.header("ratelimit"), None, "nothing was counted");
        assert_eq!(service.ask(me(Method::GET)).await.status, 401);
        let other = as_subject(me(Method::GET), OTHER_ISSUER, "ada");
        assert_eq!(service.ask(other).await.status, 200);
    }
    assert_eq!(service.ask(forged(Method::GET)).await.status, 401);
}

#[actix_web::test]
async fn keys_that_cannot_be_had_are_no_failure_of_the_client() {
    let service = Instance::with_keys(Arc::new(NoKeys), &[TWO]);
    let statuses = service.statuses(5, || ada(Method::GET)).await;
    assert_eq!(statuses, [503; 5]);
}

#[actix_web::test]
async fn requests_and_failures_are_counted_apart() {
    let service = Instance::with(&[TWO, ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "4")]);
    let failed = service.ask(forged(Method::GET)).await;
    let told = r#""address-read";r=3;t=15, "failures";r=1;t=30"#;
    assert_eq!(failed.header("ratelimit").unwrap(), told);
    assert_eq!(service.ask(forged(Method::GET)).await.status, 401);
    // Refused for its failures: takes nothing from the limit of requests.
    assert_eq!(service.statuses(9, || ada(Method::GET)).await, [429; 9]);
    service.clock.advance(Duration::from_secs(30));
    let answer = service.ask(ada(Method::GET)).await;
    assert_eq!(
        answer.header("ratelimit").unwrap(),
        r#""address-read";r=3;t=15"#
    );
}
