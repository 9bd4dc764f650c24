//! The export of spans.

use std::time::Duration;

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tokio::sync::oneshot;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::registry::Registry;

use super::collector::Collector;
use super::conventions::Conventions;
use super::otel::Ids;
use super::sampler::Unpolled;
use super::statements::{Statements, TARGET};
use crate::observe::audit::TARGET as AUDIT;
use crate::settings::TraceSettings;

type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// The export of spans.
#[derive(Debug)]
pub(super) struct Exporter(SdkTracerProvider);

/// Starts the export, if a collector is set. Returns the layers of the log that make spans. Must be called inside a tokio
/// runtime.
pub(super) fn start(settings: &TraceSettings) -> anyhow::Result<Option<(Layers, Exporter)>> {
    let Some(collector) = &settings.collector else {
        return Ok(None);
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::new(settings)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(collector.as_str())
        .with_timeout(settings.export.timeout)
        .build()
        .context("traces cannot be exported")?;
    let export = &settings.export;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(export.max_queue)
        .with_max_export_batch_size(export.max_queue.min(512))
        .with_scheduled_delay(export.interval)
        .build();
    let batches = BatchSpanProcessor::builder(exporter).with_batch_config(batches);
    let version = settings.service_version;
    let version = version.map(|version| KeyValue::new("service.version", version));
    let resource = Resource::builder_empty()
        .with_service_name(settings.service_name.clone())
        .with_attributes(version);
    let provider = SdkTracerProvider::builder()
        .with_span_processor(Conventions(batches.build()))
        .with_resource(resource.build())
        .with_sampler(Unpolled::of(settings))
        .with_id_generator(Ids::default())
        .build();
    let tracer = provider.tracer("service-kit");
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer.clone())
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_target(false)
        .with_context_activation(false);
    let filter = || EnvFilter::builder().parse(&settings.export.filter);
    // Without a hint, every line of every library would be compared with the filters.
    let is_exported = filter_fn(|metadata| metadata.is_span() || metadata.target() == AUDIT)
        .with_max_level_hint(LevelFilter::TRACE);
    // The spans too, or none would be the parent of a statement.
    let is_statement = filter_fn(|metadata| metadata.is_span() || metadata.target() == TARGET)
        .with_max_level_hint(LevelFilter::TRACE);
    let layers = vec![
        spans.with_filter(filter()?.and(is_exported)).boxed(),
        Statements::new(tracer)
            .with_filter(filter()?.and(is_statement))
            .boxed(),
    ];
    Ok(Some((layers, Exporter(provider))))
}

impl Exporter {
    /// Sends the spans that are waiting, and ends the export. Returns whether that was done in time.
    pub(super) async fn finish(self, time: Duration) -> bool {
        let (done, is_done) = oneshot::channel();
        // The requests run in this runtime, so this thread must not wait for them. A thread of the runtime's own would be
        // waited for without a limit.
        std::thread::spawn(move || {
            let outcome = self.0.shutdown_with_timeout(time);
            let _ = done.send(outcome.is_ok());
        });
        let outcome = tokio::time::timeout(time, is_done).await;
        matches!(outcome, Ok(Ok(true)))
    }
}
