use std::time::Duration;

use super::{LogSettings, ServiceSettings, Signals};
use crate::settings::LogFormat;
use crate::settings::SettingsReader;

fn read(values: &[(&str, &str)]) -> Result<ServiceSettings, Vec<String>> {
    let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
    let settings = ServiceSettings::read(&mut reader, 8000);
    let outcome = reader.finish(Some(settings));
    outcome.map_err(|error| error.problems().to_vec())
}

#[test]
fn nothing_has_to_be_set() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.host.to_string(), "127.0.0.1");
    assert_eq!(settings.port, 8000);
    assert_eq!(settings.workers, None);
    assert!(settings.cors_allowed_origins.is_empty());
    assert!(
        settings
            .cors_allowed_headers
            .contains(&"traceparent".to_owned())
    );
    assert_eq!(settings.path_prefix, None);
    assert_eq!(settings.metrics_address, None);
    assert_eq!(settings.limits.max_body_bytes, 64 * 1024);
    assert_eq!(settings.resource_identifier, None);
    assert_eq!(settings.hsts_max_age, Duration::from_secs(365 * 24 * 3600));
    assert_eq!(settings.limits.head_timeout, Duration::from_secs(5));
    assert_eq!(settings.limits.body_timeout, Duration::from_secs(30));
    assert_eq!(settings.limits.keep_alive, Duration::from_secs(75));
    assert_eq!(settings.shutdown.delay, Duration::ZERO);
    assert_eq!(settings.shutdown.timeout, Duration::from_secs(30));
    assert_eq!(settings.log, LogSettings::default());
    let audit = (
        settings.audit.log,
        settings.audit.file,
        settings.audit.queue_bytes,
    );
    assert_eq!(audit, (false, None, 4 * 1024 * 1024));
    assert_eq!(settings.signals, Signals::Handled);
}

#[test]
fn everything_can_be_set() {
    let settings = read(&[
        ("LISTEN_HOST", "::"),
        ("AN_API__PORT", "0"),
        ("WORKERS", "2"),
        (
            "CORS_ALLOWED_ORIGINS",
            "https://app.example.com, http://localhost:3000",
        ),
        ("CORS_ALLOWED_HEADERS", "x-tenant"),
        ("PATH_PREFIX", "/v1/billing"),
        ("AN_API__METRICS_ADDR", "[::1]:9100"),
        ("LIMITS__MAX_BODY_BYTES", "100"),
        ("RESOURCE_IDENTIFIER", "https://api.example.com/v1/billing"),
        ("HSTS_MAX_AGE_SECONDS", "0"),
        ("LIMITS__HEAD_TIMEOUT_SECONDS", "2"),
        ("LIMITS__BODY_TIMEOUT_SECONDS", "3"),
        ("LIMITS__KEEP_ALIVE_SECONDS", "620"),
        ("SHUTDOWN__DELAY_SECONDS", "7"),
        ("SHUTDOWN__TIMEOUT_SECONDS", "0"),
        ("RUST_LOG", "warn,an_api=debug"),
        ("LOG_FORMAT", "json"),
        ("AUDIT_LOG", "true"),
        ("AN_API__AUDIT_FILE", "logs/audit.jsonl"),
        ("AUDIT_QUEUE_BYTES", "65536"),
    ])
    .unwrap();
    assert!(settings.audit.log);
    assert_eq!(settings.audit.file, Some("logs/audit.jsonl".into()));
    assert_eq!(settings.audit.queue_bytes, 65_536);
    assert_eq!(settings.host.to_string(), "::");
    assert_eq!((settings.port, settings.workers), (0, Some(2)));
    assert_eq!(
        settings.cors_allowed_origins,
        ["https://app.example.com", "http://localhost:3000"]
    );
    assert_eq!(settings.cors_allowed_headers, ["x-tenant"]);
    assert_eq!(settings.path_prefix.as_deref(), Some("/v1/billing"));
    assert_eq!(settings.metrics_address, "[::1]:9100".parse().ok());
    assert_eq!(settings.limits.max_body_bytes, 100);
    let identifier = settings.resource_identifier.as_deref();
    assert_eq!(identifier, Some("https://api.example.com/v1/billing"));
    assert_eq!(settings.hsts_max_age, Duration::ZERO);
    assert_eq!(settings.limits.head_timeout, Duration::from_secs(2));
    assert_eq!(settings.limits.body_timeout, Duration::from_secs(3));
    assert_eq!(settings.limits.keep_alive, Duration::from_secs(620));
    assert_eq!(settings.shutdown.delay, Duration::from_secs(7));
    assert_eq!(settings.shutdown.timeout, Duration::ZERO);
    assert_eq!(settings.log.filter, "warn,an_api=debug");
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn everything_wrong_is_reported_at_once_with_what_is_expected() {
    let problems = read(&[
        ("LISTEN_HOST", "localhost"),
        ("PORT", "99999"),
        ("WORKERS", "0"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com/,*"),
        ("METRICS_ADDR", "localhost:9100"),
        ("LIMITS__MAX_BODY_BYTES", "0"),
        ("RESOURCE_IDENTIFIER", "http://api.example.com"),
        ("HSTS_MAX_AGE_SECONDS", "63072001"),
        ("LIMITS__HEAD_TIMEOUT_SECONDS", "0"),
        ("LIMITS__BODY_TIMEOUT_SECONDS", "0"),
        ("SHUTDOWN__DELAY_SECONDS", "3601"),
        ("SHUTDOWN__TIMEOUT_SECONDS", "1.5"),
        ("RUST_LOG", "an_api=loud"),
        ("LOG_FORMAT", "xml"),
        ("AUDIT_LOG", "stdout"),
        ("AUDIT_QUEUE_BYTES", "0"),
    ])
    .unwrap_err();
    let expected = [
        "LOG_FORMAT cannot be used: expected human or json",
        "AUDIT_LOG cannot be used: expected true or false",
        "AUDIT_QUEUE_BYTES cannot be used: expected a whole number from 65536 to 1073741824",
        "HSTS_MAX_AGE_SECONDS cannot be used: expected a whole number from 0 to 63072000",
        "LISTEN_HOST cannot be used: expected an IP address, such as 127.0.0.1, or 0.0.0.0 for all of this machine's; a name such as localhost is not looked up",
        "METRICS_ADDR cannot be used: expected an IP address and a port, such as 127.0.0.1:9100",
        "PORT cannot be used: expected a whole number from 0 to 65535",
        "WORKERS cannot be used: expected a whole number from 1 to 65535",
        "LIMITS__BODY_TIMEOUT_SECONDS cannot be used: expected a whole number from 1 to 3600",
        "LIMITS__HEAD_TIMEOUT_SECONDS cannot be used: expected a whole number from 1 to 3600",
        "LIMITS__MAX_BODY_BYTES cannot be used: expected a whole number from 1 to 1073741824",
        "SHUTDOWN__DELAY_SECONDS cannot be used: expected a whole number from 0 to 3600",
        "SHUTDOWN__TIMEOUT_SECONDS cannot be used: expected a whole number from 0 to 3600",
        r#"CORS_ALLOWED_ORIGINS cannot be used: "https://app.example.com/" is not an origin such as https://app.example.com"#,
        "RESOURCE_IDENTIFIER cannot be used: expected an https address without user, query and fragment, such as https://api.example.com; http on this machine only",
        r#"RUST_LOG cannot be used: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5"#,
    ]
    .map(|problem| format!("{problem} (it comes from the environment)"));
    assert_eq!(problems, expected);
}

#[test]
fn what_no_browser_sends_is_no_origin() {
    let bad = [
        "app.example.com",
        "https://",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://app.example.com:443",
        "HTTPS://app.example.com",
        "https://App.example.com",
        "https://u@app.example.com",
        "https://*.example.com",
        "null",
        "file:///x",
    ];
    for origin in bad {
        let problems = read(&[("CORS_ALLOWED_ORIGINS", origin)]).unwrap_err();
        assert!(
            problems[0].starts_with("CORS_ALLOWED_ORIGINS cannot be used: "),
            "{origin}"
        );
    }
    for origin in [
        "*",
        "https://app.example.com",
        "http://[::1]:3000",
        "http://10.0.0.1",
    ] {
        assert!(
            read(&[("CORS_ALLOWED_ORIGINS", origin)]).is_ok(),
            "{origin}"
        );
    }
}

#[test]
fn metrics_are_not_shown_where_the_service_listens() {
    let with = |metrics| {
        read(&[
            ("LISTEN_HOST", "127.0.0.1"),
            ("PORT", "8000"),
            ("METRICS_ADDR", metrics),
        ])
    };
    assert_eq!(
        with("127.0.0.1:8000").unwrap_err(),
        [
            "METRICS_ADDR cannot be used: the service itself listens on 127.0.0.1:8000 (it comes from the environment)"
        ]
    );
    assert!(with("127.0.0.1:8001").is_ok());
    assert!(with("127.0.0.2:8000").is_ok());
    assert!(read(&[("PORT", "0"), ("METRICS_ADDR", "127.0.0.1:0")]).is_ok());
}

#[test]
fn a_prefix_is_a_plain_path_and_a_header_has_a_name() {
    for prefix in [
        "billing",
        "/",
        "/billing/",
        "//billing",
        "/a/../b",
        "/a b",
        "/a?b",
    ] {
        assert_eq!(
            read(&[("PATH_PREFIX", prefix)]).unwrap_err().len(),
            1,
            "{prefix}"
        );
    }
    let headers = read(&[("CORS_ALLOWED_HEADERS", "x-tenant, not a name")]);
    assert!(headers.unwrap_err().concat().contains("not a name"));
}
