//! A change whose client does not wait for the response.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use actix_web::dev::Service as _;
use actix_web::test::init_service;
use serde_json::Value;

use super::{Audited, creating, from_a_proxy};

/// Sends a change, and hangs up while its handler works. Returns the event.
pub(super) async fn hang_up(audited: &Audited) -> Value {
    let app = init_service(audited.service.app()).await;
    {
        let mut response = pin!(app.call(from_a_proxy(creating("slow"))));
        let is_pending =
            poll_fn(|context| Poll::Ready(response.as_mut().poll(context).is_pending()));
        assert!(is_pending.await);
    }
    let written = audited.written().await;
    serde_json::from_str(written.lines().last().unwrap()).unwrap()
}

#[actix_web::test]
async fn a_client_that_hangs_up_in_time_does_not_change_unseen() {
    let audited = Audited::new();
    let event = hang_up(&audited).await;
    assert_eq!(event["audit.event"], "change_failed");
    assert_eq!(event["audit.outcome"], "unknown");
    assert_eq!(event["audit.code"], "no_response");
    assert_eq!(event["audit.policy"], "CreateUsers");
    assert_eq!(event["caller.subject"], "subject-77");
    assert!(event["request_id"].is_string());
    assert!(event.get("http.status").is_none(), "{event}");
}
