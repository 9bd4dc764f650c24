//! Tests over real sockets: bodies that arrive late, slowly, and in time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, rt, web};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{interval, timeout};

use crate::request::inside_cors;
use crate::{InputLimits, bind};

const PATIENCE: Duration = Duration::from_secs(20);
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(20);
const HEAD: &str = "POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n";

fn serve(body_timeout: Duration) -> (SocketAddr, ServerHandle) {
    let limits = InputLimits {
        body_timeout,
        ..InputLimits::default()
    };
    let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "PORT").unwrap();
    let address = listener.local_addr().unwrap();
    let json = async |body: web::Json<Value>| body.to_string();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(from_fn(inside_cors))
            .configure(|app| limits.configure(app))
            .route("/json", web::post().to(json))
            .route("/unread", web::post().to(async || "unread"))
    });
    let server = server.workers(1).disable_signals().listen(listener);
    let server = server.unwrap().run();
    let handle = server.handle();
    drop(rt::spawn(server));
    (address, handle)
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut text)).await;
    read.expect("it is closed").unwrap();
    text
}

fn is_late(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 408 Request Timeout\r\n")
        && answer.contains("\r\nconnection: close\r\n")
        && answer.contains("\r\ncontent-type: application/problem+json\r\n")
        && answer.contains(
            r#""status":408,"detail":"The body did not come within 0 s","code":"request_timeout""#,
        )
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_408_and_the_connection_is_closed() {
    let (address, server) = serve(SHORT);
    for begun in ["", "{\"a\":"] {
        let mut client = TcpStream::connect(address).await.unwrap();
        let sent = format!("{HEAD}{begun}");
        client.write_all(sent.as_bytes()).await.unwrap();
        let answer = rest(&mut client).await;
        assert!(is_late(&answer), "{answer}");
    }
    server.stop(false).await;
}

/// Sends a body byte by byte until the connection is closed, and returns the response.
async fn drip(address: SocketAddr, path: &str) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = HEAD.replace("content-length: 10", "transfer-encoding: chunked");
    let head = head.replace("/json", path);
    client.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = client.split();
    let sending = async {
        let mut again = interval(Duration::from_millis(1));
        while write.write_all(b"1\r\n \r\n").await.is_ok() {
            again.tick().await;
        }
    };
    let mut answer = Vec::new();
    let answered = async {
        // Unread bytes may reset the connection after the response.
        while read
            .read_buf(&mut answer)
            .await
            .is_ok_and(|count| count > 0)
        {}
    };
    let both = async { tokio::join!(sending, answered) };
    timeout(PATIENCE, both).await.expect("it is closed");
    String::from_utf8(answer).unwrap()
}

#[actix_web::test]
async fn a_body_that_comes_byte_by_byte_gets_no_more_time() {
    let (address, server) = serve(SHORT);
    let answer = drip(address, "/json").await;
    assert!(is_late(&answer), "{answer}");
    server.stop(false).await;
}

#[actix_web::test]
async fn a_body_without_end_that_nobody_reads_is_not_read_on() {
    let (address, server) = serve(LONG);
    let answer = drip(address, "/unread").await;
    assert!(answer.ends_with("\r\n\r\nunread"), "{answer}");
    server.stop(false).await;
}

#[actix_web::test]
async fn a_body_in_time_is_taken_and_one_that_nobody_reads_is_not_waited_for() {
    let (address, server) = serve(LONG);
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(HEAD.as_bytes()).await.unwrap();
    let mut other = TcpStream::connect(address).await.unwrap();
    let unread = HEAD
        .replace("/json", "/unread")
        .replace("host: x", "host: x\r\nconnection: close");
    other.write_all(unread.as_bytes()).await.unwrap();
    // The same worker responds to it while it waits for the first request's body.
    let answer = rest(&mut other).await;
    assert!(answer.ends_with("\r\n\r\nunread"), "{answer}");
    client.write_all(b"{\"a\":").await.unwrap();
    client.write_all(b"[12]}").await.unwrap();
    let mut text = Vec::new();
    while !text.ends_with(b"{\"a\":[12]}") {
        let read = timeout(PATIENCE, client.read_buf(&mut text)).await;
        assert_ne!(read.expect("an answer").unwrap(), 0, "it was closed");
    }
    server.stop(false).await;
}
