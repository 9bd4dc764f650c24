//! The trace of a request: in its log lines, and in requests to the issuer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread::{self, JoinHandle};

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use identity_core::http::HttpClient;
use serde_json::Value;
use tracing::Instrument;
use url::Url;

use super::app::ask;
use super::log::{listen, logged};
use super::requests::get;
use crate::observe::telemetry::RequestLog;
use crate::settings::{IssuerSettings, LogFormat};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async fn trace_of(request: TestRequest) -> String {
    let (lines, _) = logged(request).await;
    let line = lines.with("http.status");
    let id = line["span"]["trace_id"].as_str().unwrap().to_owned();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    id
}

#[actix_web::test]
async fn log_lines_have_the_trace_of_the_caller_or_a_new_one() {
    for parent in [
        "",
        "00-0-0-01",
        &PARENT.to_uppercase(),
        &PARENT.replace("00-4", "ff-4"),
    ] {
        let id = trace_of(get("/public").insert_header(("traceparent", parent))).await;
        assert!(!parent.to_lowercase().contains(&id), "{parent}");
    }
    let twice = get("/public").append_header(("traceparent", PARENT));
    let twice = twice.append_header(("traceparent", PARENT));
    assert_ne!(trace_of(twice).await, TRACE);
    assert_ne!(
        trace_of(get("/public")).await,
        trace_of(get("/public")).await
    );
    let named = get("/public").insert_header(("traceparent", PARENT));
    assert_eq!(trace_of(named).await, TRACE);
}

#[actix_web::test]
async fn a_header_that_is_ignored_is_not_logged() {
    let (lines, _guard) = listen(LogFormat::Json, "trace");
    ask(get("/public").insert_header(("traceparent", "00-forged\" line-01"))).await;
    assert!(!lines.text().contains("forged"), "{}", lines.text());
}

/// An issuer that is asked once. Returns the head of the request.
fn issuer() -> (Url, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let head = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut chunk) = (Vec::new(), [0; 1024]);
        while !head.ends_with(b"\r\n\r\n") {
            let read = stream.read(&mut chunk).unwrap();
            head.extend_from_slice(&chunk[..read]);
        }
        let response = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(response).unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    });
    (url.parse().unwrap(), head)
}

/// Returns the head of a request to the issuer that a handler makes.
async fn asked_of_issuer(request: TestRequest) -> String {
    let (url, head) = issuer();
    let handler = move || {
        let url = url.clone();
        async move {
            let client = HttpClient::new(IssuerSettings::default().http()).unwrap();
            // Below the span of the request.
            let span = tracing::info_span!("below");
            client.get(&url).instrument(span).await.unwrap();
            ""
        }
    };
    let handler = web::get().to(handler);
    let app = App::new().wrap(RequestLog::new()).route("/", handler);
    call_service(&init_service(app).await, request.to_request()).await;
    head.join().unwrap()
}

#[actix_web::test]
async fn requests_to_the_issuer_carry_the_trace_on_whatever_is_logged() {
    for filter in ["info", "off"] {
        let (_lines, _guard) = listen(LogFormat::Json, filter);
        let request = get("/").insert_header(("traceparent", PARENT));
        let request = request.insert_header(("tracestate", "rojo=1 , congo=2"));
        let head = asked_of_issuer(request).await;
        assert!(
            head.contains(&format!("\r\ntraceparent: {PARENT}\r\n")),
            "{head}"
        );
        assert!(
            head.contains("\r\ntracestate: rojo=1,congo=2\r\n"),
            "{head}"
        );
    }
}

#[actix_web::test]
async fn a_trace_that_begins_here_is_carried_on_and_not_sampled() {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let forged = get("/").insert_header(("traceparent", "00-0-0-01"));
    let head = asked_of_issuer(forged.insert_header(("tracestate", "rojo=1"))).await;
    let line: Value = lines.with("http.status");
    let id = line["span"]["trace_id"].as_str().unwrap();
    let parent = head.lines().find(|line| line.starts_with("traceparent: "));
    let parent = parent.unwrap();
    assert!(
        parent.starts_with(&format!("traceparent: 00-{id}-")),
        "{head}"
    );
    assert!(parent.ends_with("-00"), "{head}");
    assert!(!head.contains("tracestate"), "{head}");
}

#[actix_web::test]
async fn outside_of_a_request_no_trace_is_carried_on() {
    let (_lines, _guard) = listen(LogFormat::Json, "info");
    let (url, head) = issuer();
    let client = HttpClient::new(IssuerSettings::default().http()).unwrap();
    client.get(&url).await.unwrap();
    assert!(!head.join().unwrap().contains("traceparent"));
}
