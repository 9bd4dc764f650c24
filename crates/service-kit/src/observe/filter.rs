//! The filter of the log, which can be replaced while the program runs.

use std::sync::OnceLock;

use tracing_subscriber::filter::{EnvFilter, LevelFilter, ParseError};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::reload::{self, Handle};

/// The filter of the log that this process writes.
static INSTALLED: OnceLock<FilterHandle> = OnceLock::new();

/// Why the filter of the log was not replaced. The old one is in use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The text is not a list of directives.
    #[error("not a filter such as info,identity_actix=debug: {0}")]
    Invalid(#[from] ParseError),
    /// The log of this process was not started by [`telemetry::init`](super::telemetry::init) or `init_to`.
    #[error("the log was not started by this program")]
    NotStarted,
}

/// Replaces the filter of the log, for all threads and from the next line on: `filter` is what `RUST_LOG` can be, such as
/// `info,identity_actix=debug`.
///
/// As at the start, an empty filter is `info`, and nothing of `actix_http` is written unless the filter names it. A span
/// that was opened before is not added to the lines of a more verbose filter.
///
/// Errors: [`FilterError`]. The old filter stays in use.
pub fn set_filter(filter: &str) -> Result<(), FilterError> {
    let installed = INSTALLED.get().ok_or(FilterError::NotStarted)?;
    installed.set(filter)?;
    // The records of `log`, in which actix-web writes, are compared with this level before any filter.
    log::set_max_level(as_log(LevelFilter::current()));
    Ok(())
}

/// The handle of a filter.
#[derive(Debug, Clone)]
pub(crate) struct FilterHandle(Handle<EnvFilter, Registry>);

impl FilterHandle {
    /// Returns a filter for a layer, and its handle. A directive that is none is ignored, and named on standard error.
    pub(crate) fn new(filter: &str) -> (reload::Layer<EnvFilter, Registry>, Self) {
        let filter = EnvFilter::builder().parse_lossy(with_defaults(filter));
        let (layer, handle) = reload::Layer::new(filter);
        (layer, Self(handle))
    }

    /// Replaces the filter.
    pub(crate) fn set(&self, filter: &str) -> Result<(), FilterError> {
        let filter = EnvFilter::builder().parse(with_defaults(filter))?;
        // Fails only if the log is gone.
        self.0.reload(filter).map_err(|_| FilterError::NotStarted)
    }

    /// Makes it the one that [`set_filter`] replaces.
    pub(crate) fn install(self) {
        // Only one log can be started in a process, so no other handle is there.
        let _ = INSTALLED.set(self);
    }
}

/// actix logs an error for a malformed request head, to which it responds with 400: any client could fill the log. Spans of
/// the target `spans` are for traces alone. These directives are first, so that a filter that names the same overrides them.
fn with_defaults(filter: &str) -> String {
    let filter = match filter.trim() {
        "" => "info",
        filter => filter,
    };
    format!("actix_http=off,spans=off,audit=info,{filter}")
}

fn as_log(level: LevelFilter) -> log::LevelFilter {
    match level {
        LevelFilter::OFF => log::LevelFilter::Off,
        LevelFilter::ERROR => log::LevelFilter::Error,
        LevelFilter::WARN => log::LevelFilter::Warn,
        LevelFilter::INFO => log::LevelFilter::Info,
        LevelFilter::DEBUG => log::LevelFilter::Debug,
        _ => log::LevelFilter::Trace,
    }
}
