//! The time limit for request bodies.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use crate::serve::pace::{InProgress, Pace};
use crate::settings::InputLimits;

/// What is left of a request's body, and that it is in progress, to be kept by [`Answer`].
pub(crate) struct RequestBody {
    _rest: Option<Rc<RefCell<Payload>>>,
    _progress: Option<Rc<InProgress>>,
}

/// Limits how long a reader of the body waits for it, to [`InputLimits::body_timeout`].
///
/// The time starts when the body is first waited for. The response to a late JSON body is 408 `request_timeout`; other
/// extractors get an error for which [`is_late`] returns true. The connection is closed after the response to a request
/// whose body was not read to its end: otherwise the server would read on for as long as the client sends.
pub(crate) fn set(request: &mut ServiceRequest) -> RequestBody {
    let limits = request.app_data::<InputLimits>().copied();
    let progress = request.conn_data::<Pace>().map(Pace::begin).map(Rc::new);
    let rest = match (request.take_payload(), limits) {
        (Payload::None, _) => None,
        (body, Some(limits)) => {
            let body = Rc::new(RefCell::new(body));
            request.set_payload(Payload::Stream {
                payload: Box::pin(Deadline {
                    body: Rc::clone(&body),
                    timeout: limits.body_timeout,
                    timer: None,
                    progress: progress.clone(),
                }),
            });
            Some(body)
        }
        (body, None) => {
            request.set_payload(body);
            None
        }
    };
    RequestBody {
        _rest: rest,
        _progress: progress,
    }
}

impl RequestBody {
    /// Returns the response with what is left of the body attached to it.
    pub(crate) fn kept_by<B>(self, response: ServiceResponse<B>) -> ServiceResponse<Answer<B>> {
        response.map_body(|_, answer| Answer {
            answer,
            _request_body: self,
        })
    }
}

/// Returns whether reading a body failed because it exceeded [`InputLimits::body_timeout`](crate::InputLimits). For
/// extractors with error responses of their own.
pub fn is_late(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

struct Deadline {
    body: Rc<RefCell<Payload>>,
    timeout: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    progress: Option<Rc<InProgress>>,
}

impl Stream for Deadline {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let chunk = Pin::new(&mut *this.body.borrow_mut()).poll_next(context);
        if let Some(progress) = &this.progress {
            progress.wants_body(chunk.is_pending());
        }
        if chunk.is_ready() {
            return chunk;
        }
        // Most bodies are available at once and need no timer.
        let timeout = this.timeout;
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        let late = || PayloadError::Io(io::ErrorKind::TimedOut.into());
        timer.as_mut().poll(context).map(|()| Some(Err(late())))
    }
}

pin_project! {
    /// A response body that keeps what is left of the request's body. The server would read a chunked body to its end
    /// if it were dropped before the response is sent; while it is kept, the server closes the connection instead.
    pub struct Answer<B> {
        #[pin]
        answer: B,
        _request_body: RequestBody,
    }
}

impl<B: MessageBody> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.project().answer.poll_next(context)
    }
}

#[cfg(test)]
#[path = "body_deadline_tests.rs"]
mod tests;
