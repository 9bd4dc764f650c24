//! The names of exported spans: those of OpenTelemetry's conventions for HTTP servers, which the log does not use.

use std::time::Duration;

use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor};

use super::context::REQUEST;

/// Renames the spans of requests before they are exported.
#[derive(Debug)]
pub(super) struct Conventions(pub(super) BatchSpanProcessor);

impl SpanProcessor for Conventions {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, mut span: SpanData) {
        if span.name == REQUEST {
            rename(&mut span);
        }
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn rename(span: &mut SpanData) {
    span.span_kind = SpanKind::Server;
    // The trace has its id, and the resource the service's name.
    let is_known = |name: &str| ["trace_id", "service.name"].contains(&name);
    let attributes = std::mem::take(&mut span.attributes).into_iter();
    let attributes = attributes.filter(|attribute| !is_known(attribute.key.as_str()));
    span.attributes = attributes.map(renamed).collect();
    let value = |name: &str| {
        let mut attributes = span.attributes.iter();
        let found = attributes.find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.as_str())
    };
    let method = value("http.request.method").unwrap_or_default();
    span.name = match value("http.route") {
        Some(route) => format!("{method} {route}").into(),
        None => method.into_owned().into(),
    };
}

fn renamed(attribute: KeyValue) -> KeyValue {
    let KeyValue { key, value, .. } = attribute;
    match key.as_str() {
        "http.method" => method(value),
        "http.path" => KeyValue::new("url.path", value),
        _ => KeyValue::new(key, value),
    }
}

/// The method is part of the span's name: a client can send any.
fn method(value: Value) -> KeyValue {
    const KNOWN: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ];
    let is_known = KNOWN.contains(&&*value.as_str());
    let value = if is_known { value } else { "_OTHER".into() };
    KeyValue::new("http.request.method", value)
}
