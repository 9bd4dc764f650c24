//! Tests of stricter limits.

use std::io::{Read, Write};
use std::net::TcpStream;

use actix_web::rt::task::spawn_blocking;
use serde_json::json;

use crate::world::{READ, WRITE, World};

#[actix_web::test]
async fn a_body_that_does_not_come_is_408_for_who_may_send_it_and_401_for_others() {
    let world = World::with(&[("LIMITS__BODY_TIMEOUT_SECONDS", "1")]).await;
    let port = world.service.port();
    let begun = move |token: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let request = format!(
            "POST /billing/invoices HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let token = world.token("O1", &[WRITE]);
    let (stranger, allowed) = spawn_blocking(move || (begun("x"), begun(&token)))
        .await
        .unwrap();
    assert!(stranger.starts_with("HTTP/1.1 401 "), "{stranger}");
    assert!(allowed.starts_with("HTTP/1.1 408 "), "{allowed}");
    assert!(allowed.contains(r#""code":"request_timeout""#), "{allowed}");
}

#[actix_web::test]
async fn a_token_of_another_form_is_refused_where_rfc_9068_is_asked_for() {
    for (strict, status, code) in [
        ("true", 401, json!("token_type_not_allowed")),
        ("false", 200, json!(null)),
    ] {
        let world = World::with(&[("RFC9068_ONLY", strict)]).await;
        let answer = world.get("/billing/", &world.token("O1", &[READ])).await;
        assert_eq!((answer.status, &answer.body["code"]), (status, &code));
    }
}
