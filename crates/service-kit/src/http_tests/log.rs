//! What is logged, and what is not.

use std::io::Write;
use std::sync::{Arc, Mutex, Once, PoisonError};

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use tracing::dispatcher;
use tracing_subscriber::fmt;

use super::app::{Answer, Setup, ask};
use super::contract;
use super::opaque::Issuer;
use super::requests::{ISSUER, get, token, with_token};
use crate::observe::telemetry::log;
use crate::settings::{LogFormat, LogSettings};

/// Collects the log lines of one test.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(super) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).unwrap()
    }

    fn json(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }

    /// Returns the single line that has this field.
    pub(super) fn with(&self, member: &str) -> Value {
        let mut lines = self.json();
        lines.retain(|line| line.get(member).is_some());
        assert_eq!(lines.len(), 1, "{member} in {}", self.text());
        lines.remove(0)
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Starts a log for this thread, because tests run in parallel.
///
/// Threads without a log of their own get one that discards its lines: whether a log statement is enabled is decided
/// once, by the first thread that reaches it.
pub(super) fn listen(format: LogFormat, filter: &str) -> (Lines, dispatcher::DefaultGuard) {
    static NOWHERE: Once = Once::new();
    NOWHERE.call_once(|| {
        let everything = LogSettings {
            filter: "trace".to_owned(),
            format: LogFormat::Human,
            ..LogSettings::default()
        };
        let nowhere = fmt::layer().with_writer(std::io::sink);
        dispatcher::set_global_default(log(&everything, nowhere).0).unwrap();
    });
    let settings = LogSettings {
        filter: filter.to_owned(),
        format,
        ..LogSettings::default()
    };
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = fmt::layer()
        .with_writer(move || writer.clone())
        .with_ansi(false);
    (lines, dispatcher::set_default(&log(&settings, layer).0))
}

pub(super) async fn logged(request: TestRequest) -> (Lines, Answer) {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let answer = ask(request).await;
    (lines, answer)
}

#[actix_web::test]
async fn a_rejected_token_is_logged_with_its_reason_and_request() {
    let rejected = token(&json!({"aud": "other"}));
    let (lines, answer) = logged(with_token(get("/api/me?key=in-the-query"), &rejected)).await;
    let line = lines.with("token.reason");
    assert_eq!(line["token.reason"], "invalid_claims");
    assert_eq!(
        line["message"],
        r#"token rejected: audience mismatch: got "other", expected an-api"#
    );
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["span"]["request_id"], answer.json()["request_id"]);
    assert_eq!(line["span"]["service.name"], "an-api");
    assert_eq!(line["span"]["http.path"], "/api/me");
    assert_eq!(line["span"]["http.method"], "GET");
    for part in rejected
        .split('.')
        .chain(["in-the-query", "ada@example.com", "subject-77"])
    {
        assert!(!lines.text().contains(part), "{part}");
    }
}

#[actix_web::test]
async fn an_issuer_that_is_not_accepted_is_logged_with_those_that_are() {
    let (lines, _) = logged(with_token(
        get("/api/me"),
        &token(&json!({"iss": "https://other.example.com/"})),
    ))
    .await;
    let message = lines.with("token.reason")["message"].clone();
    let message = message.as_str().unwrap();
    assert!(message.contains("https://other.example.com/"), "{message}");
    assert!(
        message.ends_with(&format!(", expected {ISSUER}")),
        "{message}"
    );
}

#[actix_web::test]
async fn an_audience_that_is_not_accepted_is_logged_with_those_that_are() {
    for (audience, got) in [
        (json!("urn:other"), "\"urn:other\""),
        (json!(["urn:a", "urn:b"]), "\"urn:a, urn:b\""),
        (json!("ada@example.com"), "(withheld: it has an @)"),
    ] {
        let token = token(&json!({"aud": audience}));
        let (lines, _) = logged(with_token(get("/api/me"), &token)).await;
        let message = lines.with("token.reason")["message"].clone();
        let expected = format!("token rejected: audience mismatch: got {got}, expected an-api");
        assert_eq!(message, json!(expected));
    }
}

#[actix_web::test]
async fn no_refusal_writes_a_token_or_personal_data() {
    for row in contract::all() {
        let why = &row.why;
        let (lines, _guard) = listen(LogFormat::Json, "trace,identity_core=trace");
        row.setup.ask(row.request).await;
        let header = "eyJhbGciOiJSUzI1NiIs";
        let payload = "eyJhdWQiOiJhbi1hcGki";
        for part in [
            header,
            payload,
            "ada@example.com",
            "subject-77",
            "secret=1",
            "evil\"",
        ] {
            let text = lines.text();
            assert!(!text.contains(part), "{why}: {part} in {text}");
        }
        assert!(!lines.json().is_empty(), "{why}");
    }
}

#[actix_web::test]
async fn keys_out_of_reach_are_a_warning() {
    let (lines, _guard) = listen(LogFormat::Json, "info");
    let request = with_token(get("/api/me"), &token(&json!({})));
    Setup::without_keys().ask(request).await;
    let line = lines.with("token.reason");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["token.reason"], "keys_unavailable");
    let told = "token not verified: keys unavailable: 7 requests are waiting for keys already";
    assert_eq!(line["message"], told);
}

#[actix_web::test]
async fn an_issuer_that_cannot_be_asked_is_a_warning_without_the_token() {
    let (lines, _guard) = listen(LogFormat::Json, "debug");
    let setup = Setup {
        introspection: Some(Issuer::Says(r#"{"active": "secret-value"}"#)),
        ..Setup::default()
    };
    setup
        .ask(with_token(get("/api/me"), "2YotnFZFEjr1zCsicMWpAA"))
        .await;
    let line = lines.with("token.reason");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["token.reason"], "introspection_unavailable");
    let told = line["message"].as_str().unwrap();
    assert!(told.starts_with("token not verified: introspection unavailable: http://127.0.0.1:"));
    assert!(
        told.ends_with("/introspect: not an introspection response: active is not true or false")
    );
    for secret in ["2YotnFZF", "hunter2", "secret-value", "YW4tYXBpOmh1bnRlcjI"] {
        assert!(!lines.text().contains(secret), "{secret}: {}", lines.text());
    }
}

#[actix_web::test]
async fn a_caller_who_is_not_allowed_is_logged_with_the_reason() {
    let (lines, answer) = logged(with_token(get("/api/admin"), &token(&json!({})))).await;
    let line = lines.with("access.reason");
    assert_eq!(line["access.reason"], "missing_role");
    assert_eq!(
        line["message"],
        "access denied: Missing required role: admin"
    );
    assert_eq!(line["span"]["request_id"], answer.json()["request_id"]);
}

#[actix_web::test]
async fn claims_that_do_not_fit_are_logged_without_their_values() {
    let unfit = token(&json!({"email": {"secret-value": 1}}));
    let (lines, _) = logged(with_token(get("/api/email"), &unfit)).await;
    assert_eq!(
        lines.with("access.reason")["access.reason"],
        "invalid_claim_type"
    );
    assert!(!lines.text().contains("secret-value"), "{}", lines.text());
}

#[actix_web::test]
async fn the_cause_of_our_mistake_is_in_the_log_alone() {
    let (lines, answer) = logged(get("/fail/broken")).await;
    let line = lines.with("reason");
    assert_eq!(
        (line["level"].as_str(), line["reason"].as_str()),
        (Some("ERROR"), Some("the password is hunter2"))
    );
    assert_eq!(line["span"]["request_id"], answer.json()["request_id"]);
    assert!(!format!("{answer:?}").contains("hunter2"));
    let (lines, answer) = logged(get("/lost/caller")).await;
    let told = "internal error: a handler asks for its caller, but its scope has no Authenticate middleware";
    assert_eq!(lines.with("reason")["message"], told);
    assert!(!answer.body.contains("Authenticate"));
}

#[actix_web::test]
async fn each_request_is_logged_once_with_its_status() {
    for (path, status) in [
        ("/public?q=in-the-query", 200),
        ("/api/me", 401),
        ("/nothing%0Aline", 404),
    ] {
        let (lines, answer) = logged(get(path)).await;
        let line = lines.with("http.status");
        assert_eq!(
            (line["http.status"].as_u64(), line["level"].as_str()),
            (Some(status), Some("INFO"))
        );
        assert_eq!(
            line["span"]["request_id"],
            answer.header("x-request-id").unwrap()
        );
        assert_eq!(lines.json().len(), 1, "{path}: {}", lines.text());
        assert!(!lines.text().contains("in-the-query"));
    }
}

#[actix_web::test]
async fn who_watches_over_the_service_does_not_fill_the_log() {
    for path in ["/health", "/health/ready"] {
        let (lines, _) = logged(get(path)).await;
        assert_eq!(lines.text(), "", "{path}");
    }
}

#[actix_web::test]
async fn lines_for_people_name_the_request_too() {
    let (lines, _guard) = listen(LogFormat::Human, "info");
    let answer = ask(with_token(get("/api/me"), "garbage")).await;
    let id = answer.header("x-request-id").unwrap();
    let text = lines.text();
    let line = text
        .lines()
        .find(|line| line.contains("token rejected"))
        .unwrap();
    assert!(
        line.contains(id) && line.contains("malformed_token"),
        "{line}"
    );
    assert!(!text.contains("garbage"), "{text}");
}

#[actix_web::test]
async fn the_filter_says_what_is_written() {
    let (lines, _guard) = listen(LogFormat::Json, "error");
    ask(get("/api/me")).await;
    ask(get("/fail/broken")).await;
    assert_eq!(lines.json().len(), 1);
}
