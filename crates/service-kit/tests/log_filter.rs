//! The filter of the log is replaced while the program runs. It is a program of its own, because a process has one log.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says"
)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use service_kit::settings::LogSettings;
use service_kit::telemetry::{self, FilterError};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Returns which of the lines that are written now appear in the log.
    fn written(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clear();
        tracing::debug!("a debug line");
        tracing::info!("an info line");
        tracing::error!(target: "actix_http::h1", "of a malformed head");
        log::debug!(target: "actix_web", "a record of log");
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let mut all = vec![
            "a debug line",
            "an info line",
            "of a malformed head",
            "a record of log",
        ];
        all.retain(|line| text.contains(line));
        all
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_filter_takes_effect_at_once_and_a_bad_one_changes_nothing() {
    let none = telemetry::set_filter("debug").unwrap_err();
    assert!(matches!(none, FilterError::NotStarted), "{none}");

    let lines = Lines::default();
    let writer = lines.clone();
    telemetry::init_to(&LogSettings::default(), move || writer.clone()).unwrap();
    assert_eq!(lines.written(), ["an info line"]);

    for bad in ["info,service_kit=loud", "=", "a[b"] {
        let refused = telemetry::set_filter(bad).unwrap_err();
        assert!(matches!(refused, FilterError::Invalid(_)), "{bad}");
        assert_eq!(lines.written(), ["an info line"], "{bad}");
    }

    telemetry::set_filter("debug").unwrap();
    assert_eq!(
        lines.written(),
        ["a debug line", "an info line", "a record of log"]
    );
    telemetry::set_filter("off,actix_http=error").unwrap();
    assert_eq!(lines.written(), ["of a malformed head"]);
    telemetry::set_filter("").unwrap();
    assert_eq!(lines.written(), ["an info line"]);
}
