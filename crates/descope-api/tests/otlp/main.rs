//! Runs the program, and reads what it exports to a collector. Needs the feature `otlp`.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first thing that is not as it says"
)]

mod program;
mod protobuf;
mod server;
mod spans;

use std::net::TcpListener;

use identity_core::testing::TestKey;
use identity_core::verification::Algorithm;
use serde_json::json;

use program::{Issuer, Program};
use server::Server;
use spans::{Exported, Span};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// Returns the single one of these spans that has this name.
fn the<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {spans:#?}");
    found[0]
}

#[test]
fn a_trace_goes_from_the_caller_to_the_issuer_and_the_database() {
    let (issuer, collector) = (Issuer::start(), Server::start(|_| String::new()));
    let mut program = Program::start(
        &issuer,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2"),
            // The only export is at the stop.
            ("TRACES__INTERVAL_SECONDS", "3600"),
            // The log has no request then; the trace does not depend on it.
            ("RUST_LOG", "warn,descope_api=info"),
        ],
    );
    program.wait_until_ready();
    let started_with = issuer.traceparents();

    // The key is unknown, so the keys are fetched on behalf of the request.
    let key = TestKey::fresh("second", Algorithm::RS256);
    issuer.publish(&key);
    let token = issuer.token(
        &key,
        &json!({"roles": ["admin"], "email": "ada@example.com"}),
    );
    let response = program.get(
        "/api/admin/users?after=01900000-0000-7000-8000-000000000000",
        &[
            ("authorization", &format!("Bearer {token}")),
            ("traceparent", &format!("00-{TRACE}-{PARENT}-01")),
            ("tracestate", "rojo=1"),
        ],
    );
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    let log = program.stop();

    let exports = collector.requests();
    assert!(!exports.is_empty(), "{log}");
    for export in &exports {
        assert_eq!(export.line, "POST /v1/traces HTTP/1.1");
        assert_eq!(export.header("api-key").as_deref(), Some("hunter2"));
        let type_ = export.header("content-type");
        assert_eq!(type_.as_deref(), Some("application/x-protobuf"));
        let text = String::from_utf8_lossy(&export.body);
        let parts = token.split('.').chain(["hunter2", "01900000-", "ada@"]);
        for secret in parts {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let exported = Exported::read(&exports);
    assert_eq!(exported.resource("service.name"), "descope-api");
    assert_eq!(
        exported.resource("service.version"),
        env!("CARGO_PKG_VERSION")
    );

    let of_trace = exported.spans.iter().filter(|span| span.trace == TRACE);
    let of_trace: Vec<Span> = of_trace.cloned().collect();
    let request = the(&of_trace, "GET /api/admin/users");
    assert_eq!((request.parent.as_str(), request.kind), (PARENT, 2));
    assert_eq!(request.state, "rojo=1");
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/admin/users"),
        ("url.path", "/api/admin/users"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(request.attribute(name), value, "{name}: {request:?}");
    }
    let statement = the(&of_trace, "SELECT users");
    assert_eq!((&statement.parent, statement.kind), (&request.id, 3));
    assert_eq!(statement.attribute("db.system.name"), "sqlite");
    assert_eq!(statement.attribute("db.operation.name"), "SELECT");
    assert!(statement.start >= request.start && statement.end <= request.end);

    let fetch = the(&of_trace, "key fetch");
    assert_eq!(fetch.parent, request.id);
    let sent = the(&of_trace, "GET");
    assert_eq!((&sent.parent, sent.kind), (&fetch.id, 3));
    assert_eq!(sent.attribute("url.full"), issuer.jwks_url());
    let traceparents = issuer.traceparents();
    let of_request = traceparents.iter().filter(|one| one.contains(TRACE));
    let of_request: Vec<_> = of_request.collect();
    assert_eq!(of_request, [&format!("00-{TRACE}-{}-01", sent.id)]);

    let health = |span: &&Span| span.name.contains("/health");
    assert_eq!(exported.spans.iter().filter(health).count(), 0);

    // The fetch at the start has a trace of its own.
    assert!(!started_with.is_empty());
    for own in started_with {
        let span = exported.spans.iter().find(|span| own.contains(&span.id));
        assert!(own.contains(&span.unwrap().trace), "{own}");
    }
}

#[test]
fn logs_and_spans_have_the_same_trace_id_without_a_caller_that_names_one() {
    let (issuer, collector) = (Issuer::start(), Server::start(|_| String::new()));
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
        ("OTEL_SERVICE_NAME", "shop"),
    ];
    let mut program = Program::start(&issuer, &settings);
    let response = program.get("/api/public", &[("traceparent", "00-0-0-01")]);
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    let log = program.stop();
    let exported = Exported::read(&collector.requests());
    let request = the(&exported.spans, "GET /api/public");
    assert_eq!(request.parent, "");
    let line = log.lines().find(|line| line.contains("answered 200"));
    let line: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
    assert_eq!(line["span"]["trace_id"], request.trace, "{log}");
    assert_eq!(exported.resource("service.name"), "shop");
}

#[test]
fn an_audit_event_is_in_the_span_of_its_request_whatever_the_log_shows() {
    let (issuer, collector) = (Issuer::start(), Server::start(|_| String::new()));
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
        ("AUDIT_LOG", "true"),
        ("RUST_LOG", "warn,audit=off,descope_api=info"),
    ];
    let mut program = Program::start(&issuer, &settings);
    let response = program.get("/api/me", &[]);
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
    program.stop();
    let exported = Exported::read(&collector.requests());
    let request = the(&exported.spans, "GET /api/me");
    assert_eq!(request.of_events("audit.event"), ["authentication_failed"]);
    assert_eq!(request.of_events("audit.code"), ["missing_token"]);
}

#[test]
fn what_is_not_sampled_is_not_exported() {
    for settings in [
        &[
            ("OTEL_TRACES_SAMPLER_ARG", "0"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ][..],
        &[("OTEL_TRACES_SAMPLER", "always_off")],
    ] {
        let (issuer, collector) = (Issuer::start(), Server::start(|_| String::new()));
        let endpoint = collector.url();
        let mut all = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)];
        all.extend(settings);
        let mut program = Program::start(&issuer, &all);
        program.wait_until_ready();
        let parent = format!("00-{TRACE}-{PARENT}-01");
        let response = program.get("/api/public", &[("traceparent", &parent)]);
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        let log = program.stop();
        assert_eq!(collector.requests().len(), 0, "{settings:?}");
        assert!(log.contains(TRACE), "{log}");
        for parent in issuer.traceparents() {
            assert!(parent.ends_with("-00"), "{parent}");
        }
    }
}

#[test]
fn a_caller_that_does_not_export_decides_unless_it_may_not() {
    let parent = format!("00-{TRACE}-{PARENT}-00");
    for (sampler, exported) in [("parentbased_always_on", false), ("always_on", true)] {
        let (issuer, collector) = (Issuer::start(), Server::start(|_| String::new()));
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
            ("OTEL_TRACES_SAMPLER", sampler),
        ];
        let mut program = Program::start(&issuer, &settings);
        program.get("/api/public", &[("traceparent", &parent)]);
        program.stop();
        let spans = Exported::read(&collector.requests()).spans;
        let is_there = spans.iter().any(|span| span.trace == TRACE);
        assert_eq!(is_there, exported, "{sampler}");
    }
}

#[test]
fn a_collector_that_is_down_stops_nothing_and_is_said_once() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let failing = Server::refusing();
    for (endpoint, told, lost) in [
        (&closed, 1, 0),
        (&failing.url(), 1, 0),
        // It neither responds nor refuses: the stop does not wait for longer than it may.
        (&silent, 0, 1),
    ] {
        let issuer = Issuer::start();
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("TRACES__INTERVAL_SECONDS", "1"),
            ("TRACES__TIMEOUT_SECONDS", "60"),
            ("SHUTDOWN__TIMEOUT_SECONDS", "2"),
        ];
        let mut program = Program::start(&issuer, &settings);
        for _ in 0..3 {
            let response = program.get("/api/public", &[]);
            assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        }
        let log = program.stop();
        let said = log.matches("traces are dropped, because").count();
        assert_eq!(said, told, "{endpoint}: {log}");
        let at_end = log.matches("the last spans were not exported").count();
        assert_eq!(at_end, lost, "{endpoint}: {log}");
    }
}
