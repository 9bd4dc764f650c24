//! Logging.

use std::io::{IsTerminal, Stderr};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use identity_actix::Caller;
use tracing::field::{Empty, display};
use tracing::{Dispatch, Metadata, Span, Subscriber, debug, info, info_span};
use tracing_actix_web::{RootSpanBuilder, TracingLogger};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::format::{DefaultFields, Format};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::filter::FilterHandle;
pub use super::filter::{FilterError, set_filter};
use super::health;
pub use super::trace::Traces;
use super::trace::{self, REQUEST, TraceContext};
use crate::info::ServiceInfo;
use crate::request::request_id;
use crate::settings::{LogFormat, LogSettings, TraceSettings};

/// Starts logging to standard error. Errors: it was started before.
pub fn init(settings: &LogSettings) -> Result<(), TryInitError> {
    start(log(settings, to_standard_error()), settings)
}

/// As [`init`], but writes the lines to `writer`, for example to a test that reads them.
pub fn init_to<W>(settings: &LogSettings, writer: W) -> Result<(), TryInitError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer).with_ansi(false);
    start(log(settings, lines), settings)
}

/// As [`init`], and starts to export traces, if a collector is set. Must be called inside a tokio runtime, in which the
/// requests to the collector run.
///
/// Errors: the log was started before; the export cannot be started.
pub fn init_with_traces(log: &LogSettings, traces: &TraceSettings) -> anyhow::Result<Traces> {
    let (layers, traces) = Traces::start(traces)?;
    start(log_with(log, to_standard_error(), layers), log)?;
    Ok(traces)
}

fn start(
    (log, filter): (Dispatch, FilterHandle),
    settings: &LogSettings,
) -> Result<(), TryInitError> {
    log.try_init()?;
    filter.install();
    name_dotenv(settings);
    Ok(())
}

fn to_standard_error() -> Lines<fn() -> Stderr> {
    fmt::layer()
        .with_writer(std::io::stderr as fn() -> Stderr)
        .with_ansi(std::io::stderr().is_terminal())
}

/// A `.env` in an unexpected place can make a service trust another issuer: the log says which one it was.
fn name_dotenv(settings: &LogSettings) {
    if let Some(path) = &settings.dotenv {
        let path = path.display();
        info!(settings.file = %path, "settings were read from {path}");
    }
}

type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;
type Lines<W> = fmt::Layer<Registry, DefaultFields, Format, W>;

/// Returns the log with the writer of `lines`, and the handle of its filter.
pub(crate) fn log<W>(settings: &LogSettings, lines: Lines<W>) -> (Dispatch, FilterHandle)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    log_with(settings, lines, Layers::new())
}

fn log_with<W>(
    settings: &LogSettings,
    lines: Lines<W>,
    mut layers: Layers,
) -> (Dispatch, FilterHandle)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (filter, handle) = FilterHandle::new(&settings.filter);
    let lines = match settings.format {
        LogFormat::Human => lines.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            lines.with_filter(filter).boxed()
        }
    };
    let is_request = filter_fn(is_request).with_max_level_hint(LevelFilter::INFO);
    layers.extend([lines, KeepRequests.with_filter(is_request).boxed()]);
    (tracing_subscriber::registry().with(layers).into(), handle)
}

/// Keeps the spans of requests where the log does not show them, so that they carry the trace from the caller to the issuer
/// whatever the log shows.
struct KeepRequests;

impl<S: Subscriber> Layer<S> for KeepRequests {}

fn is_request(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == module_path!() && metadata.name() == REQUEST
}

/// The middleware that opens a span for each request and logs its end.
pub type RequestLog = TracingLogger<RequestSpan>;

/// The span of a request: the service's name, method, path, request id and trace id, and the id of who acts on the caller's
/// behalf. Its end is logged with the status. The query, headers and addresses are never logged.
#[derive(Debug, Default)]
pub struct RequestSpan;

/// Adds the party that acts on the caller's behalf to the request's span, if the token names one.
pub(crate) fn note_actor(request: &ServiceRequest) {
    let caller = Caller::of(request);
    let actor = caller
        .as_ref()
        .and_then(|caller| caller.principal().actor.as_ref());
    if let Some(actor) = actor {
        Span::current().record("caller.actor", display(actor.for_log()));
    }
}

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let trace = TraceContext::of(request.headers());
        // The fields are not evaluated if the span is disabled.
        let span = info_span!(
            REQUEST,
            // Several services may run in one process.
            service.name = request.app_data::<ServiceInfo>().map(|info| info.name),
            request_id = request_id::of(request).map(|id| id.to_string()),
            trace_id = %trace.trace_id,
            http.method = %request.method(),
            http.path = request.path(),
            caller.actor = Empty,
        );
        trace::begin(&span, trace);
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let (status, path) = match outcome {
            Ok(response) => (response.status(), response.request().path()),
            Err(error) => (error.as_response_error().status_code(), ""),
        };
        #[cfg(feature = "otlp")]
        trace::end(&span, status, outcome);
        let status = status.as_u16();
        span.in_scope(|| match health::PATHS.contains(&path) {
            true => debug!(http.status = status, "answered {status}"),
            false => info!(http.status = status, "answered {status}"),
        });
    }
}
