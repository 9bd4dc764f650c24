//! `/health` and `/health/ready`.

use std::sync::Arc;
use std::time::Duration;

use identity_core::KeyStatus;
use serde_json::json;

use super::app::{Setup, ask};
use super::keys::KeysThatAre;
use super::requests::get;
use crate::health::{Dependency, DependencyCheck};

/// A dependency that is well, or has this to say.
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

#[actix_web::test]
async fn the_health_of_a_service_needs_no_token() {
    assert_eq!(ask(get("/health")).await.status.as_u16(), 200);
    assert_eq!(ask(get("/health/ready")).await.status.as_u16(), 200);
}
