//! What the script does with what it finds in the store.

use super::super::store::State;
use super::server::Server;
use super::{Instance, get};

/// Returns a service that counts three a minute in the store, and the key of its client after one request.
async fn counted(server: &Server) -> (Instance, String) {
    let url = server.url();
    let service = Instance::with(&[
        ("RATE_LIMIT__ADDRESS__PUBLIC__PER_MINUTE", "3"),
        ("RATE_LIMIT_URL", &url),
        ("RATE_LIMIT__STORE_TIMEOUT_MILLISECONDS", "5000"),
    ]);
    service.store_is(State::Up).await;
    assert_eq!(service.ask(get("/public")).await.status, 200);
    let keys: Vec<String> = server.run(&["KEYS", "*"]).await;
    let [key] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    (service, key.clone())
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn a_script_that_the_server_forgot_is_sent_again() {
    let server = Server::start(None);
    let (service, _) = counted(&server).await;
    let (): () = server.run(&["SCRIPT", "FLUSH"]).await;
    let statuses = service.statuses(3, || get("/public")).await;
    assert_eq!(statuses, [200, 200, 429], "the count goes on");
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn what_is_due_later_than_a_burst_is_due_after_a_burst() {
    let server = Server::start(None);
    let (service, key) = counted(&server).await;
    // As after a clock that was set back by years.
    let (): () = server.run(&["SET", &key, "9000000000000000"]).await;
    let refused = service.ask(get("/public")).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after").unwrap(), "20");
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn what_was_due_long_ago_or_is_no_number_leaves_a_burst() {
    let server = Server::start(None);
    let (service, key) = counted(&server).await;
    for value in ["1", "nonsense"] {
        let (): () = server.run(&["SET", &key, value]).await;
        let statuses = service.statuses(4, || get("/public")).await;
        assert_eq!(statuses, [200, 200, 200, 429], "{value}");
    }
}

#[actix_web::test]
#[ignore = "needs redis-server"]
async fn half_an_interval_is_no_request() {
    let server = Server::start(None);
    let (service, key) = counted(&server).await;
    assert_eq!(service.statuses(2, || get("/public")).await, [200, 200]);
    let due: u64 = server.run(&["GET", &key]).await;
    let (): () = server
        .run(&["SET", &key, &(due - 10_000_000).to_string()])
        .await;
    assert_eq!(service.ask(get("/public")).await.status, 429);
    let (): () = server
        .run(&["SET", &key, &(due - 20_000_000).to_string()])
        .await;
    assert_eq!(service.statuses(2, || get("/public")).await, [200, 429]);
}
