use std::sync::{Arc, Mutex};

use actix_web::ResponseError;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::ApiError;
use crate::ErrorCode;

/// Remembers what was counted.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<Vec<String>>>);

struct One(Counted, String);

impl CounterFn for One {
    fn increment(&self, value: u64) {
        assert_eq!(value, 1);
        self.0.0.lock().unwrap().push(self.1.clone());
    }

    fn absolute(&self, _: u64) {}
}

impl Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Counter::from_arc(Arc::new(One(self.clone(), name)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn each_code_has_its_status_and_its_count() {
    for &code in ErrorCode::ALL {
        let counted = Counted::default();
        let error = ApiError::new(code, "what happened");
        let response = metrics::with_local_recorder(&counted, || error.error_response());
        assert_eq!(response.status(), code.status(), "{code:?}");
        assert_eq!(error.status_code(), code.status(), "{code:?}");
        let expected = format!("api_errors_total{{code={}}}", code.as_str());
        assert_eq!(*counted.0.lock().unwrap(), [expected]);
    }
}

#[test]
fn a_retry_is_in_whole_seconds_and_never_at_once() {
    use std::time::Duration;
    for (wait, expected) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (60_000, "60")] {
        let error = ApiError::too_many_requests(Duration::from_millis(wait));
        let response = error.error_response();
        assert_eq!(
            response.headers().get("retry-after").unwrap(),
            expected,
            "{wait} ms"
        );
    }
}

#[test]
fn display_and_debug_say_what_the_client_is_told() {
    let error = ApiError::internal(&std::io::Error::other("hunter2"));
    assert_eq!(error.to_string(), "internal_error: Internal error");
    assert!(!format!("{error:?}").contains("hunter2"));
    let invalid = ApiError::invalid_field("limit", "must be from 1 to 1000");
    assert_eq!(
        invalid.to_string(),
        "invalid_input: limit: must be from 1 to 1000"
    );
    assert_eq!(invalid.code(), ErrorCode::InvalidInput);
}
