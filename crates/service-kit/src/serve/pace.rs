//! Reading no more of a connection than is needed.
//!
//! actix-http reads on while a response is pending, and decodes all that it has read at once: some thousand requests of
//! 8 KiB each (actix-http 3.20, `h1/dispatcher.rs`). So the connection itself gives it no more than it needs: nothing
//! while a request is handled or its response waits for the client, except for the request's body when that is waited
//! for, and a few lines at a time otherwise.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use actix_web::rt::net::TcpStream;
use actix_web::web::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::wait::{NextRequest, Wait};

/// How many lines are read before the requests in them are decoded: a request has two at least.
const LINES: usize = 64;

/// How many chunks of 4 KiB are read when a connection is closed.
const MOST_DISCARDED: usize = 64;

/// The connection to a client.
pub(crate) struct Paced {
    stream: TcpStream,
    pace: Pace,
    /// Read, and not delivered yet.
    held: BytesMut,
    /// How many lines may be delivered before the next break.
    lines: usize,
    next: NextRequest,
}

/// What a connection waits for. All clones share one state.
#[derive(Clone, Default)]
pub(crate) struct Pace(Rc<State>);

#[derive(Default)]
struct State {
    /// A request is handled, or its response is not written yet.
    in_progress: Cell<bool>,
    /// How many requests there were on this connection.
    requests: Cell<usize>,
    /// The handler waits for more of the body.
    wants_body: Cell<bool>,
    /// The client reads too slowly for what was written.
    is_blocked: Cell<bool>,
    /// The task of the connection, if it wanted to read and may not.
    paused: Cell<Option<Waker>>,
}

/// A request in progress, until this is dropped.
pub(crate) struct InProgress(Pace);

impl Paced {
    pub(crate) fn new(stream: TcpStream, wait: Wait) -> Self {
        Self {
            stream,
            pace: Pace::default(),
            held: BytesMut::new(),
            lines: LINES,
            next: NextRequest::new(wait),
        }
    }

    /// Returns the shared state.
    pub(crate) fn pace(&self) -> Pace {
        self.pace.clone()
    }

    /// Reads what the client has sent after its last request: otherwise the system would reset the connection, and the
    /// client could lose the response.
    fn discard(&self) {
        let mut chunk = [0; 4096];
        for _ in 0..MOST_DISCARDED {
            if !matches!(self.stream.try_read(&mut chunk), Ok(1..)) {
                break;
            }
        }
    }

    /// Returns the outcome of a read between two requests, or the error that the next one takes too long.
    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        requests: usize,
        outcome: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        self.next.after(requests);
        if outcome.is_ready() {
            self.next.arrives();
            return outcome;
        }
        ready!(self.next.poll_late(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads nothing, but notices a connection that was reset.
    fn poll_reset(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut byte = [0];
        match self.stream.poll_peek(context, &mut ReadBuf::new(&mut byte)) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Pending,
        }
    }

    /// Fills `buffer` up to the last line that may be delivered, from what is held or else from the stream.
    fn poll_lines(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.held.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let (_, read) = buffer.filled().split_at(before);
            let length = take_lines(read, &mut self.lines);
            self.held.extend_from_slice(read.split_at(length).1);
            buffer.set_filled(before + length);
        } else {
            let (fitting, _) = self.held.split_at(self.held.len().min(buffer.remaining()));
            let length = take_lines(fitting, &mut self.lines);
            buffer.put_slice(&self.held.split_to(length));
        }
        Poll::Ready(Ok(()))
    }
}

/// Returns the length of what can be delivered of `bytes`, and subtracts its lines from those that are `left`.
fn take_lines(bytes: &[u8], left: &mut usize) -> usize {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let mut length = bytes.len();
    for (at, _) in ends {
        *left = left.saturating_sub(1);
        if *left == 0 {
            length = at + 1;
            break;
        }
    }
    length
}

impl AsyncRead for Paced {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.pace.may_read() {
            this.pace.0.paused.set(Some(context.waker().clone()));
            return this.poll_reset(context);
        }
        if this.lines == 0 {
            // A break: what was delivered is decoded before the next look.
            this.lines = LINES;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let outcome = this.poll_lines(context, buffer);
        if outcome.is_pending() {
            this.lines = LINES;
        }
        let state = &this.pace.0;
        match (state.requests.get(), state.in_progress.get()) {
            // actix-http limits the time for the first one.
            (0, _) | (_, true) => outcome,
            (requests, false) => this.poll_next(context, requests, outcome),
        }
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.pace.0.is_blocked.set(outcome.is_pending());
        this.pace.resume();
        outcome
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_shutdown(context);
        if outcome.is_ready() {
            this.discard();
        }
        outcome
    }
}

impl Pace {
    /// Begins a request.
    pub(crate) fn begin(&self) -> InProgress {
        self.0.in_progress.set(true);
        self.0.requests.set(self.0.requests.get().wrapping_add(1));
        InProgress(self.clone())
    }

    fn may_read(&self) -> bool {
        let is_idle = !self.0.in_progress.get() || self.0.wants_body.get();
        is_idle && !self.0.is_blocked.get()
    }

    /// Lets the connection read on, if it wanted to and may.
    fn resume(&self) {
        if self.may_read()
            && let Some(paused) = self.0.paused.take()
        {
            paused.wake();
        }
    }
}

impl InProgress {
    /// Records whether more of the request's body is waited for.
    pub(crate) fn wants_body(&self, wants: bool) {
        self.0.0.wants_body.set(wants);
        self.0.resume();
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.0.in_progress.set(false);
        self.wants_body(false);
    }
}

#[cfg(test)]
mod tests {
    use super::take_lines;

    #[test]
    fn no_more_lines_are_delivered_than_are_left() {
        for (bytes, left, length, rest) in [
            ("", 2, 0, 2),
            ("a", 2, 1, 2),
            ("a\nb", 2, 3, 1),
            ("a\nb\n", 2, 4, 0),
            ("a\r\n\r\nGET", 2, 5, 0),
            ("\n\n\n", 1, 1, 0),
        ] {
            let mut lines = left;
            let taken = take_lines(bytes.as_bytes(), &mut lines);
            assert_eq!((taken, lines), (length, rest), "{bytes:?}");
        }
    }
}
