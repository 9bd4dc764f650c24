//! Limits of subjects.

use std::time::Duration;

use actix_web::http::Method;

use super::{ISSUER, Instance, OTHER_ISSUER, ada, as_subject, get, me};

const TWO: (&str, &str) = ("RATE_LIMIT__SUBJECT__READ__PER_MINUTE", "2");

#[actix_web::test]
async fn a_subject_over_its_limit_is_429_wherever_it_is() {
    let service = Instance::with(&[TWO]);
    let first = service.ask_from("192.0.2.1", ada(Method::GET)).await;
    assert_eq!(first.status, 200);
    assert_eq!(
        first.header("ratelimit").unwrap(),
        r#""subject-read";r=1;t=30"#
    );
    assert_eq!(
        service.ask_from("192.0.2.2", ada(Method::GET)).await.status,
        200
    );
    let refused = service.ask_from("192.0.2.3", ada(Method::GET)).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["code"], "too_many_requests");
    assert_eq!(refused.header("retry-after").unwrap(), "30");
    assert_eq!(
        refused.header("ratelimit-policy").unwrap(),
        r#""subject-read";q=2;w=60"#
    );
    let text = refused.json().to_string();
    assert!(!text.contains("ada"), "{text}");

    for (issuer, subject) in [(ISSUER, "bob"), (OTHER_ISSUER, "ada")] {
        let other = as_subject(me(Method::GET), issuer, subject);
        assert_eq!(service.ask(other).await.status, 200, "{issuer} {subject}");
    }
    assert_eq!(
        service.ask(ada(Method::POST)).await.status,
        200,
        "another class"
    );
    assert_eq!(service.ask(get("/public")).await.status, 200);
    service.clock.advance(Duration::from_secs(30));
    assert_eq!(service.ask(ada(Method::GET)).await.status, 200);
}

#[actix_web::test]
async fn a_request_that_is_not_authenticated_takes_nothing_from_a_subject() {
    let service = Instance::with(&[TWO]);
    let forged = || as_subject(me(Method::GET), "https://other.example.com/", "ada");
    assert_eq!(service.statuses(5, forged).await, [401; 5]);
    assert_eq!(service.statuses(5, || me(Method::GET)).await, [401; 5]);
    assert_eq!(
        service.statuses(3, || ada(Method::GET)).await,
        [200, 200, 429]
    );
}

#[actix_web::test]
async fn every_limit_that_a_request_was_counted_by_is_told() {
    let service = Instance::with(&[TWO, ("RATE_LIMIT__ADDRESS__READ__PER_MINUTE", "60")]);
    let answer = service.ask(ada(Method::GET)).await;
    let policies = answer.header("ratelimit-policy").unwrap();
    let told = answer.header("ratelimit").unwrap();
    for (name, policy, left) in [
        ("address-read", "q=60;w=60", "r=59;t=1"),
        ("subject-read", "q=2;w=60", "r=1;t=30"),
    ] {
        assert!(
            policies.contains(&format!("\"{name}\";{policy}")),
            "{policies}"
        );
        assert!(told.contains(&format!("\"{name}\";{left}")), "{told}");
    }
}
