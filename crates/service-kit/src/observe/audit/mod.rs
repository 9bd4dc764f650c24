#![doc = include_str!("../../../AUDIT.md")]

mod change;
mod event;
mod file;
mod kind;
mod output;

use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use identity_actix::Caller;
use identity_core::Denial;

use crate::settings::AuditSettings;

pub use file::{AuditFile, reopen};
pub use kind::Refusal;

pub(crate) use change::Change;

use event::Event;
use kind::{Kind, refused};

/// The target of the events in the log, which exporters of spans take along with the span of the request.
pub(crate) const TARGET: &str = "audit";

/// Where the audit events of a service go; app data of a service that has any.
#[derive(Clone)]
pub(crate) struct Audit {
    is_logged: bool,
    file: Option<AuditFile>,
}

impl Audit {
    /// Returns `None` if they go nowhere.
    pub(crate) fn of(settings: &AuditSettings, file: Option<AuditFile>) -> Option<Self> {
        let is_logged = settings.log;
        (is_logged || file.is_some()).then_some(Self { is_logged, file })
    }

    fn emit(&self, event: &Event) {
        if self.is_logged {
            event.log();
        }
        if let Some(file) = &self.file {
            file.push(event.line());
        }
    }
}

/// Emits the audit event of a response, if it has one.
pub(crate) fn note<B>(response: &ServiceResponse<B>) {
    let (request, status) = (response.request(), response.status());
    let is_error = status.is_client_error() || status.is_server_error();
    // Most requests end here: those that read, and were allowed to.
    if request.method().is_safe() && !is_error {
        return;
    }
    let Some(audit) = request.app_data::<Audit>() else {
        return;
    };
    let caller = Caller::of(request);
    let mut event = Event::about(request, caller.as_ref());
    let extensions = response.response().extensions();
    let (kind, code) = match refused(status, &extensions) {
        (Some(kind), code) => (kind, code),
        (None, code) => match change(request, status, caller.is_some(), &event) {
            Some(kind) => (kind, code),
            None => return,
        },
    };
    event.became(kind, Some(status), code);
    if let Some(denial) = extensions.get::<Denial>() {
        event.lacks(denial);
    }
    audit.emit(&event);
}

/// Returns what became of a protected change that was not refused. Returns `None` if the request is none.
fn change(
    request: &HttpRequest,
    status: StatusCode,
    is_authenticated: bool,
    event: &Event,
) -> Option<Kind> {
    if !is_authenticated || request.method().is_safe() {
        return None;
    }
    match status.as_u16() {
        200..400 => Some(Kind::ChangeGranted),
        // Without a row there is no such route, and nothing that could be changed.
        400.. if event.has_policy() => Some(Kind::ChangeFailed),
        _ => None,
    }
}
