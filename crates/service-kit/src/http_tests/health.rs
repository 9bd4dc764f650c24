//! `/health` and `/health/ready`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::test::{call_service, init_service, read_body_json};
use identity_core::Authenticator;
use identity_core::keys::KeyStatus;
use serde_json::{Value, json};

use super::app::{Setup, ask};
use super::keys::KeysThatAre;
use super::requests::get;
use crate::Service;
use crate::observe::health::{Dependency, DependencyCheck};
use crate::test_service::{INFO, Of};
use identity_actix::AccessTable;

/// A dependency with a name and the outcome of its check.
struct Store(&'static str, Result<(), &'static str>);

impl Dependency for Store {
    fn name(&self) -> &'static str {
        self.0
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async { self.1.map_err(str::to_owned) })
    }
}

fn setup(status: KeyStatus, dependencies: Vec<Store>) -> Setup {
    let dependencies = dependencies.into_iter();
    Setup {
        keys: Arc::new(KeysThatAre(status)),
        dependencies: dependencies
            .map(|one| Arc::new(one) as Arc<dyn Dependency>)
            .collect(),
        ..Setup::default()
    }
}

fn good() -> KeyStatus {
    KeyStatus::Ready {
        age: Duration::from_secs(7),
        keys: 2,
    }
}

#[actix_web::test]
async fn who_can_answer_is_healthy_without_keys() {
    let answer = Setup::without_keys().ask(get("/health")).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.json(),
        json!({"status": "healthy", "provider": "plain"})
    );
}

#[actix_web::test]
async fn good_keys_are_ready() {
    let answer = setup(good(), vec![Store("store", Ok(()))])
        .ask(get("/health/ready"))
        .await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("retry-after"), None);
    assert_eq!(
        answer.json(),
        json!({
            "status": "ready", "provider": "plain",
            "keys": {"status": "ready", "count": 2, "age_seconds": 7},
        })
    );
}

#[actix_web::test]
async fn no_keys_yet_is_503_with_the_reason() {
    for (reason, told) in [
        (None, "the keys are being fetched"),
        (
            Some("it is down".to_owned()),
            "it is down; the issuer is set by AN_ISSUER",
        ),
    ] {
        let answer = setup(KeyStatus::Starting { reason }, Vec::new())
            .ask(get("/health/ready"))
            .await;
        assert_eq!(answer.status.as_u16(), 503);
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(
            answer.json(),
            json!({
                "status": "starting", "provider": "plain", "reason": told,
                "keys": {"status": "starting"},
            })
        );
    }
}

#[actix_web::test]
async fn keys_that_cannot_be_refreshed_are_degraded_and_count_as_ready() {
    let status = KeyStatus::Degraded {
        age: Duration::from_secs(400),
        failing_for: Duration::from_secs(100),
        reason: "it is down".to_owned(),
    };
    let answer = setup(status, Vec::new()).ask(get("/health/ready")).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.json(),
        json!({
            "status": "degraded", "provider": "plain",
            "reason": "it is down; the issuer is set by AN_ISSUER",
            "keys": {"status": "degraded", "age_seconds": 400, "failing_for_seconds": 100},
        })
    );
}

#[actix_web::test]
async fn a_failing_dependency_is_503_and_hides_no_other_reason() {
    let stores = || {
        vec![
            Store("store", Err("it is full")),
            Store("cache", Ok(())),
            Store("queue", Err("gone")),
        ]
    };
    let answer = setup(good(), stores()).ask(get("/health/ready")).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(answer.json()["status"], "starting");
    assert_eq!(answer.json()["keys"]["status"], "ready");
    assert_eq!(answer.json()["reason"], "store: it is full; queue: gone");
    let no_keys = KeyStatus::Starting {
        reason: Some("no keys".to_owned()),
    };
    let answer = setup(no_keys, stores()).ask(get("/health/ready")).await;
    assert_eq!(
        answer.json()["reason"],
        "no keys; the issuer is set by AN_ISSUER; store: it is full; queue: gone"
    );
}

#[actix_web::test]
async fn a_service_that_is_being_stopped_is_503_and_still_answers() {
    let setup = Setup {
        is_stopping: true,
        ..setup(good(), vec![Store("store", Err("it is full"))])
    };
    let answer = setup.ask(get("/health/ready")).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.json()["status"], "stopping");
    assert_eq!(answer.json()["keys"]["status"], "ready");
    assert_eq!(
        answer.json()["reason"],
        "the service is being stopped; store: it is full"
    );
    assert_eq!(setup.ask(get("/health")).await.status.as_u16(), 200);
    assert_eq!(setup.ask(get("/public")).await.status.as_u16(), 200);
}

async fn ready_of_several(keys: [KeyStatus; 3]) -> (u16, Value) {
    let [a, b, c] = keys.map(|keys| Arc::new(KeysThatAre(keys)));
    let [first, second, third] =
        [&["a", "a-too"], &["b", "b-too"], &["c", "c-too"]].map(|of| Of(of));
    let builder = Authenticator::builder(first).keys(a);
    let builder = builder.and(second).keys(b).and(third).keys(c);
    let authenticator = builder.build().unwrap();
    let service = Service::new(INFO, authenticator, AccessTable::new()).issuer_set_by("ISSUERS");
    let app = init_service(service.app()).await;
    let answer = call_service(&app, get("/health/ready").to_request()).await;
    (answer.status().as_u16(), read_body_json(answer).await)
}

#[actix_web::test]
async fn each_of_several_issuers_has_its_own_status() {
    let degraded = KeyStatus::Degraded {
        age: Duration::from_secs(400),
        failing_for: Duration::from_secs(100),
        reason: "it is down".to_owned(),
    };
    let starting = KeyStatus::Starting { reason: None };
    let (status, body) = ready_of_several([good(), degraded.clone(), starting]).await;
    let [a, b] = [
        json!({"issuer": "a", "status": "ready", "count": 2, "age_seconds": 7}),
        json!({
            "issuer": "b", "status": "degraded", "age_seconds": 400, "failing_for_seconds": 100,
            "reason": "it is down",
        }),
    ];
    let c = json!({"issuer": "c", "status": "starting", "reason": "the keys are being fetched"});
    let reason = "b: it is down; the issuer is set by ISSUERS; c: the keys are being fetched";
    let expected = json!({
        "status": "starting", "provider": "plain", "reason": reason,
        "keys": {"status": "starting"}, "issuers": [&a, b, c],
    });
    assert_eq!((status, body), (503, expected));

    let (status, body) = ready_of_several([good(), degraded, good()]).await;
    assert_eq!((status, &body["status"]), (200, &json!("degraded")));
    assert_eq!(body["keys"]["failing_for_seconds"], 100);

    let (status, body) = ready_of_several([good(), good(), good()]).await;
    assert_eq!((status, &body["status"]), (200, &json!("ready")));
    assert_eq!((&body["issuers"][0], &body["reason"]), (&a, &Value::Null));
}

#[actix_web::test]
async fn the_health_of_a_service_needs_no_token() {
    assert_eq!(ask(get("/health")).await.status.as_u16(), 200);
    assert_eq!(ask(get("/health/ready")).await.status.as_u16(), 200);
}
