//! Tests of the program with changed settings: what it takes, what it refuses, and that no request is lost by it.

mod issuer;
mod load;
mod running;

use issuer::Issuer;
use running::Running;

const A: &str = "https://a.example.com";
const B: &str = "https://b.example.com";
const ORIGIN: &str = "origin: https://app.example.com\r\n";
const ALLOWED: &str = "access-control-allow-origin: https://app.example.com\r\n";

/// Returns a configuration with this issuer and these audiences, and more lines.
fn config(issuer: &Issuer, audiences: &[&str], more: &str) -> String {
    let issuer = &issuer.name;
    format!("auth0_issuer = \"{issuer}\"\nauth0_api_audience = {audiences:?}\n{more}\n")
}

fn start(issuer: &Issuer, audiences: &[&str], more: &str) -> Running {
    let running = Running::start(&config(issuer, audiences, more), &[("WORKERS", "2")]);
    let name = &issuer.name;
    running.logged(&format!("keys of {name} fetched"));
    running
}

#[test]
fn a_removed_audience_is_refused_at_once_and_an_added_one_accepted() {
    let issuer = Issuer::start();
    let (of_a, of_b) = (issuer.token(A), issuer.token(B));
    let running = start(&issuer, &[A], "");
    assert_eq!(running.with_token(&of_b), 401);
    for _ in 0..5 {
        assert_eq!(running.with_token(&of_a), 200);
    }
    assert!(
        running.metric("identity_token_cache_hits_total") >= 3.0,
        "it is cached"
    );

    running.configure(&config(&issuer, &[B], ""));
    let line = running.reload("changed settings in use: ");
    assert!(line.contains("in use: AUTH0_API_AUDIENCE"), "{line}");
    for _ in 0..5 {
        assert_eq!(running.with_token(&of_a), 401, "by every worker");
        assert_eq!(running.with_token(&of_b), 200);
    }

    running.configure(&config(&issuer, &[A, B], ""));
    running.reload("changed settings in use: AUTH0_API_AUDIENCE");
    assert_eq!(running.with_token(&of_a), 200);
    assert_eq!(running.with_token(&of_b), 200);
    assert_eq!(issuer.key_sets(), 1, "the keys are the same");
    assert_eq!(
        running.metric("settings_reloads_total{outcome=\"applied\"}"),
        2.0
    );
    // example: left out by copy-crate
    // The responses of the service are about the audience in use, too.
    let both = format!(r#""required_audience":"{A} or {B}""#);
    assert!(running.get("/public/info", "").text.contains(&both));
    // end of example
}

#[test]
fn a_change_of_cors_keeps_keys_and_verified_tokens() {
    let issuer = Issuer::start();
    let token = issuer.token(A);
    let running = start(&issuer, &[A], "");
    for _ in 0..3 {
        assert_eq!(running.with_token(&token), 200);
    }
    assert!(!running.get("/health", ORIGIN).text.contains(ALLOWED));
    let misses = running.metric("identity_token_cache_misses_total");

    let allow = "cors_allowed_origins = [\"https://app.example.com\"]";
    running.configure(&config(&issuer, &[A], allow));
    running.reload("changed settings in use: CORS_ALLOWED_ORIGINS");
    assert!(running.get("/health", ORIGIN).text.contains(ALLOWED));
    assert_eq!(running.with_token(&token), 200);
    assert_eq!(running.metric("identity_token_cache_misses_total"), misses);
    assert_eq!(issuer.key_sets(), 1);

    // `.env` wins over the file, and is read again as well.
    running.dotenv("CORS_ALLOWED_ORIGINS=https://other.example.com");
    running.reload("changed settings in use: CORS_ALLOWED_ORIGINS");
    assert!(!running.get("/health", ORIGIN).text.contains(ALLOWED));
}

#[test]
fn bad_settings_are_refused_and_those_before_stay() {
    let issuer = Issuer::start();
    let token = issuer.token(A);
    let running = start(&issuer, &[A], "");
    let wrong =
        "cors_allowed_origins = [\"nonsense\"]\nshutdown.delay_seconds = -1\nnever_heard_of = 1";
    running.configure(&config(&issuer, &[B], wrong));
    let line = running.reload("changed settings refused, those before are in use: ");
    for name in [
        "cors_allowed_origins",
        "shutdown.delay_seconds",
        "never_heard_of",
    ] {
        assert!(line.contains(name), "{name} in {line}");
    }
    assert_eq!(running.with_token(&token), 200);
    let ready = running.get("/health/ready", "");
    assert_eq!(ready.status, 200);
    assert!(
        ready.text.contains(r#""status":"degraded""#),
        "{}",
        ready.text
    );
    let reason = r#""reason":"changed settings were refused: "#;
    assert!(ready.text.contains(reason), "{}", ready.text);
    assert!(
        ready.text.contains("cors_allowed_origins cannot be used"),
        "{}",
        ready.text
    );
    assert!(
        !ready.text.contains("nonsense") && !ready.text.contains("settings.toml"),
        "{}",
        ready.text
    );
    assert_eq!(running.metric("settings_refused"), 1.0);
    assert_eq!(
        running.metric("settings_reloads_total{outcome=\"refused\"}"),
        1.0
    );

    running.configure(&config(&issuer, &[A], ""));
    running.reload("settings read again: none has changed");
    let ready = running.get("/health/ready", "").text;
    assert!(ready.contains(r#"{"status":"ready""#), "{ready}");
    assert_eq!(running.metric("settings_refused"), 0.0);
}

#[test]
fn an_issuer_without_keys_is_refused_and_one_with_keys_replaces_the_other() {
    let (issuer, other) = (Issuer::start(), Issuer::start());
    let (of_one, of_other) = (issuer.token(A), other.token(A));
    let running = start(&issuer, &[A], "");
    assert_eq!(running.with_token(&of_other), 401);
    running.configure(&config(&other, &[A], ""));
    running.reload("changed settings in use: AUTH0_ISSUER");
    assert_eq!(running.with_token(&of_other), 200);
    assert_eq!(running.with_token(&of_one), 401);
    assert_eq!((issuer.key_sets(), other.key_sets()), (1, 1));

    let dead =
        "auth0_issuer = \"http://127.0.0.1:1/\"\nauth0_api_audience = \"https://a.example.com\"";
    running.configure(dead);
    let line = running.reload("changed settings refused, those before are in use: ");
    assert!(line.contains("keys of http://127.0.0.1:1/: "), "{line}");
    assert_eq!(running.with_token(&of_other), 200);
}

#[test]
fn what_needs_a_restart_is_named_each_time() {
    let issuer = Issuer::start();
    let running = start(&issuer, &[A], "");
    let more = "log_format = \"json\"\nlimits.keep_alive_seconds = 9\nlimits.max_body_bytes = 9";
    running.configure(&config(&issuer, &[A], more));
    running.reload("changed settings in use: LIMITS__MAX_BODY_BYTES");
    let waiting = "changed settings that need a restart: LIMITS__KEEP_ALIVE_SECONDS, LOG_FORMAT";
    running.logged(waiting);
    running.reload(waiting);
    assert_eq!(running.metric("settings_awaiting_restart"), 2.0);
    running.configure(&config(&issuer, &[A], ""));
    running.reload("changed settings in use: LIMITS__MAX_BODY_BYTES");
    assert_eq!(running.metric("settings_awaiting_restart"), 0.0);
}

#[test]
fn a_changed_file_is_seen_without_a_signal_and_the_log_has_its_filter() {
    let issuer = Issuer::start();
    let running = start(&issuer, &[A], "settings_poll_seconds = 1");
    let more = "settings_poll_seconds = 1\nrust_log = \"debug\"";
    running.configure(&config(&issuer, &[A], more));
    running.logged("changed settings in use: RUST_LOG");
    assert_eq!(running.get("/health", "").status, 200);
    running.logged("answered 200");
}
