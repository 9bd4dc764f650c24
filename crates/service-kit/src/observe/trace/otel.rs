//! Between the spans of `tracing` and those of OpenTelemetry.

use std::cell::Cell;
use std::str::FromStr;

use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId as OtelTraceId, TraceState,
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::context::{TraceContext, TraceId};

thread_local! {
    /// The id of the trace that the next span begins.
    static NEXT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Gives a new trace the id that the log has for it already.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> OtelTraceId {
        let next = NEXT.take().map(|id| OtelTraceId::from(id.0));
        next.unwrap_or_else(|| self.0.new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

/// Makes the span of a request part of its trace. Does nothing if spans are not exported.
pub(super) fn begin(span: &Span, trace: &TraceContext) {
    if trace.is_remote {
        let state = trace.state.as_deref().map(TraceState::from_str);
        let parent = SpanContext::new(
            OtelTraceId::from(trace.trace_id.0),
            SpanId::from(trace.parent_id),
            TraceFlags::new(u8::from(trace.is_sampled)),
            true,
            state.and_then(Result::ok).unwrap_or_default(),
        );
        // Fails only if spans are not exported.
        let _ = span.set_parent(Context::new().with_remote_span_context(parent));
        return;
    }
    NEXT.set(Some(trace.trace_id));
    // Starts it, and asks for the id.
    drop(span.context());
    NEXT.set(None);
}

/// Returns the current span as a parent. Returns `None` if spans are not exported.
pub(super) fn current() -> Option<TraceContext> {
    let context = Span::current().context();
    let span = context.span();
    let context = span.span_context();
    let state = context.trace_state().header();
    context.is_valid().then(|| TraceContext {
        trace_id: TraceId(u128::from_be_bytes(context.trace_id().to_bytes())),
        parent_id: u64::from_be_bytes(context.span_id().to_bytes()),
        is_sampled: context.is_sampled(),
        is_remote: false,
        state: Some(state).filter(|state| !state.is_empty()),
    })
}

/// Records how a request ended: its route, its status, and whether that is our mistake.
pub(crate) fn end<B>(span: &Span, status: StatusCode, outcome: &Result<ServiceResponse<B>, Error>) {
    if span.is_disabled() {
        return;
    }
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_attribute("error.type", status.as_str().to_owned());
        span.set_status(Status::error(""));
    }
    let route = outcome.as_ref().ok();
    if let Some(route) = route.and_then(|response| response.request().match_pattern()) {
        span.set_attribute("http.route", route);
    }
}
