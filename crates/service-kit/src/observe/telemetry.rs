//! Logging.

use std::io::IsTerminal;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use identity_actix::Caller;
use tracing::field::{Empty, display};
use tracing::{Dispatch, Span, debug, info, info_span};
use tracing_actix_web::{RootSpanBuilder, TracingLogger};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::format::{DefaultFields, Format};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::filter::FilterHandle;
pub use super::filter::{FilterError, set_filter};
use crate::info::ServiceInfo;
use crate::request::request_id;
use crate::settings::{LogFormat, LogSettings};

/// Starts logging to standard error. Errors: it was started before.
pub fn init(settings: &LogSettings) -> Result<(), TryInitError> {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    start(settings, lines)
}

/// As [`init`], but writes the lines to `writer`, for example to a test that reads them.
pub fn init_to<W>(settings: &LogSettings, writer: W) -> Result<(), TryInitError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    start(settings, fmt::layer().with_writer(writer).with_ansi(false))
}

fn start<W>(settings: &LogSettings, lines: Lines<W>) -> Result<(), TryInitError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (log, filter) = log(settings, lines);
    log.try_init()?;
    filter.install();
    name_dotenv(settings);
    Ok(())
}

/// A `.env` in an unexpected place can make a service trust another issuer: the log says which one it was.
fn name_dotenv(settings: &LogSettings) {
    if let Some(path) = &settings.dotenv {
        let path = path.display();
        info!(settings.file = %path, "settings were read from {path}");
    }
}

type Lines<W> = fmt::Layer<Registry, DefaultFields, Format, W>;

/// Returns the log with the writer of `lines`, and the handle of its filter.
pub(crate) fn log<W>(settings: &LogSettings, lines: Lines<W>) -> (Dispatch, FilterHandle)
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
    (tracing_subscriber::registry().with(lines).into(), handle)
}

/// The middleware that opens a span for each request and logs its end.
pub type RequestLog = TracingLogger<RequestSpan>;

/// The span of a request: the service's name, method, path and request id, and the id of who acts on the caller's behalf.
/// Its end is logged with the status. The query, headers and addresses are never logged.
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
        // The fields are not evaluated if the span is disabled.
        info_span!(
            "request",
            // Several services may run in one process.
            service.name = request.app_data::<ServiceInfo>().map(|info| info.name),
            request_id = request_id::of(request).map(|id| id.to_string()),
            http.method = %request.method(),
            http.path = request.path(),
            caller.actor = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let (status, path) = match outcome {
            Ok(response) => (response.status(), response.request().path()),
            Err(error) => (error.as_response_error().status_code(), ""),
        };
        let status = status.as_u16();
        span.in_scope(|| match path {
            // Polled every few seconds by load balancers and monitors.
            "/health" | "/health/ready" => debug!(http.status = status, "answered {status}"),
            _ => info!(http.status = status, "answered {status}"),
        });
    }
}
