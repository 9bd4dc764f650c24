//! A protected change whose handler is never heard of again.

use actix_web::dev::ServiceRequest;
use identity_actix::Caller;

use super::Audit;
use super::event::Event;
use super::kind::Kind;

/// The code of a change without a response.
const NO_RESPONSE: &str = "no_response";

/// A protected change that has begun. If it is dropped before [`end`](Self::end), the client has closed the connection, or
/// the service is stopped: the handler was cut off, and nobody knows how far it came. Without this, a client that hangs up
/// in time would make a change that no event is about.
pub(crate) struct Change(Option<Box<(Audit, Event)>>);

impl Change {
    /// Begins with an authenticated request. Costs a comparison if it only reads.
    pub(crate) fn begin(request: &ServiceRequest) -> Self {
        if request.method().is_safe() {
            return Self(None);
        }
        let Some(audit) = request.app_data::<Audit>() else {
            return Self(None);
        };
        let caller = Caller::of(request);
        let event = Event::about(request.request(), caller.as_ref());
        Self(Some(Box::new((audit.clone(), event))))
    }

    /// Ends with a response, whose event [`note`](super::note) emits.
    pub(crate) fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let Some((audit, event)) = self.0.take().map(|begun| *begun) else {
            return;
        };
        let mut event = event;
        if event.has_policy() {
            event.became(Kind::ChangeFailed, None, Some(NO_RESPONSE));
            audit.emit(&event);
        }
    }
}
