//! Traces: the trace that a request belongs to, and the export of spans (feature `otlp`).
//!
//! Without the export a request still belongs to the trace of its caller (W3C Trace Context), or to a new one: its id is in
//! the lines of the log, and requests to issuers carry it on.

mod context;
mod state;

#[cfg(feature = "otlp")]
mod collector;
#[cfg(feature = "otlp")]
mod conventions;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "otlp")]
mod otel;
#[cfg(feature = "otlp")]
mod sampler;
#[cfg(feature = "otlp")]
mod statements;

use std::sync::LazyLock;
use std::time::Duration;

use identity_core::http::{RequestHeaders, reqwest};
use reqwest::header::{HeaderMap, HeaderValue};
use tracing::Span;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::settings::TraceSettings;
pub(crate) use context::{REQUEST, TraceContext};
#[cfg(feature = "otlp")]
pub(crate) use otel::end;
#[cfg(all(feature = "otlp", feature = "store"))]
pub(crate) use statements::database_is;

/// The export of the traces of this process, which ends with [`finish`](Self::finish).
#[derive(Debug)]
#[must_use = "the last spans are lost unless `finish` is called"]
pub struct Traces {
    #[cfg(feature = "otlp")]
    exporter: Option<export::Exporter>,
}

type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

impl Traces {
    #[cfg(feature = "otlp")]
    pub(crate) fn start(settings: &TraceSettings) -> anyhow::Result<(Layers, Self)> {
        let started = export::start(settings)?;
        let (layers, exporter) = started.unzip();
        Ok((layers.unwrap_or_default(), Self { exporter }))
    }

    #[cfg(not(feature = "otlp"))]
    pub(crate) fn start(settings: &TraceSettings) -> anyhow::Result<(Layers, Self)> {
        anyhow::ensure!(
            settings.collector.is_none(),
            "this program cannot export traces: build it with --features otlp"
        );
        Ok((Layers::new(), Self {}))
    }

    /// Sends the spans that are waiting, for at most this time. What is not sent by then is lost, and said in the log.
    pub async fn finish(self, time: Duration) {
        #[cfg(feature = "otlp")]
        if let Some(exporter) = self.exporter
            && !exporter.finish(time).await
        {
            tracing::warn!("the last spans were not exported before the end");
        }
        #[cfg(not(feature = "otlp"))]
        let _ = time;
    }
}

/// Returns the headers of requests to issuers: `traceparent` and `tracestate` of the current span, if it is part of a trace.
///
/// They are the same ones for all clients of the process, so that two clients that are configured alike are equal.
pub(crate) fn outgoing() -> RequestHeaders {
    static OUTGOING: LazyLock<RequestHeaders> = LazyLock::new(|| {
        RequestHeaders::new(|headers| {
            if let Some(context) = current() {
                put(&context, headers);
            }
        })
    });
    OUTGOING.clone()
}

/// Makes the span of a request part of its trace.
pub(crate) fn begin(span: &Span, context: TraceContext) {
    #[cfg(feature = "otlp")]
    otel::begin(span, &context);
    span.with_subscriber(|(id, log)| {
        let registry = log.downcast_ref::<Registry>();
        if let Some(span) = registry.and_then(|registry| registry.span(id)) {
            span.extensions_mut().replace(context);
        }
    });
}

/// Returns the trace of the current span, with that span as the parent of what is begun now. If spans are not exported, it is
/// the parent of the request, as it arrived: a span that was not exported would be missing in the trace.
fn current() -> Option<TraceContext> {
    #[cfg(feature = "otlp")]
    if let Some(context) = otel::current() {
        return Some(context);
    }
    let found = Span::current().with_subscriber(|(id, log)| {
        let span = log.downcast_ref::<Registry>()?.span(id)?;
        span.scope()
            .find_map(|span| span.extensions().get::<TraceContext>().cloned())
    });
    found.flatten()
}

fn put(context: &TraceContext, headers: &mut HeaderMap) {
    if let Ok(parent) = HeaderValue::from_str(&context.traceparent()) {
        headers.insert("traceparent", parent);
    }
    if let Some(state) = context.state()
        && let Ok(state) = HeaderValue::from_str(state)
    {
        headers.insert("tracestate", state);
    }
}
