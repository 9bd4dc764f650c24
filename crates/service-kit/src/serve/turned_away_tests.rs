use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use actix_web::rt;
use serde_json::Value;

use super::{close, respond};
use crate::{StopConfig, Stopping};

fn listener() -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

#[test]
fn what_waits_is_taken_and_nothing_more() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    // The server's own handle, which stays open.
    let server = listener.try_clone().unwrap();
    let clients: Vec<_> = (0..3)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let waiting = close(&listener);
    assert_eq!(waiting.len(), clients.len());
    if cfg!(target_os = "linux") {
        assert!(TcpStream::connect(address).is_err());
    }
    drop(server);
}

#[actix_web::test]
async fn it_is_told_to_try_again_elsewhere() {
    let listener = listener();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let request = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody";
    client.write_all(request.as_bytes()).unwrap();
    let waiting = close(&listener).pop().unwrap();
    let stopping = Stopping::default();
    let client = rt::task::spawn_blocking(move || {
        let mut text = String::new();
        client.read_to_string(&mut text).map(|_| text)
    });
    respond(waiting, stopping.connection(), StopConfig::default()).await;
    let text = client.await.unwrap().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{head}"
    );
    for header in [
        "connection: close".to_owned(),
        "content-type: application/problem+json".to_owned(),
        format!("content-length: {}", body.len()),
        "retry-after: 1".to_owned(),
        "x-content-type-options: nosniff".to_owned(),
        "referrer-policy: no-referrer".to_owned(),
        "content-security-policy: default-src 'none'; frame-ancestors 'none'".to_owned(),
    ] {
        assert!(head.lines().any(|line| line == header), "{header}: {head}");
    }
    let problem: Value = serde_json::from_str(body).unwrap();
    assert_eq!(problem["code"], "stopping");
    assert_eq!(problem["detail"], "The service is being stopped");
    assert_eq!(stopping.open().connections, 0);
}

#[actix_web::test]
async fn who_says_nothing_is_left_alone() {
    let listener = listener();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let waiting = close(&listener).pop().unwrap();
    drop(client);
    let stopping = Stopping::default();
    respond(waiting, stopping.connection(), StopConfig::default()).await;
    assert_eq!(stopping.open().connections, 0);
}
