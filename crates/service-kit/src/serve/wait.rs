//! How long a connection waits for its next request.
//!
//! actix-http limits the time of the first request head of a connection only (actix-http 3.20, `h1/dispatcher.rs`), and stops
//! its timer of an idle connection at the first byte of the next one.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// How long a connection may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// How long a request head may take, from its first byte.
    pub(crate) head: Duration,
    /// How long there may be no byte of it.
    pub(crate) idle: Duration,
}

/// The deadline of the next request of a connection, after its first.
pub(crate) struct NextRequest {
    wait: Wait,
    /// How many requests there were when the deadline was set.
    requests: usize,
    phase: Phase,
    /// Made once for a connection, and set again for each request.
    timer: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The last request has ended, and nothing was waited for since.
    Ended,
    /// No byte of the next request has arrived.
    Idle,
    /// A part of the next request has arrived.
    Head,
}

impl NextRequest {
    pub(crate) fn new(wait: Wait) -> Self {
        Self {
            wait,
            requests: 0,
            phase: Phase::Ended,
            timer: None,
        }
    }

    /// Records how many requests there were, all of which have ended. The deadline is that of the next one.
    pub(crate) fn after(&mut self, requests: usize) {
        if self.requests != requests {
            self.requests = requests;
            self.phase = Phase::Ended;
        }
    }

    /// Records that bytes of the next request have arrived. Further ones do not extend its time.
    pub(crate) fn arrives(&mut self) {
        if self.phase != Phase::Head {
            self.enter(Phase::Head, self.wait.head);
        }
    }

    /// Completes when the time is over.
    ///
    /// A part of the next request may have arrived together with the last one, unnoticed. So an idle connection is
    /// closed after both times, if actix-http has not done so.
    pub(crate) fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.phase == Phase::Ended {
            self.enter(Phase::Idle, self.wait.idle.saturating_add(self.wait.head));
        }
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(context),
            None => Poll::Pending,
        }
    }

    fn enter(&mut self, phase: Phase, within: Duration) {
        self.phase = phase;
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(Instant::now() + within),
            None => self.timer = Some(Box::pin(sleep(within))),
        }
    }
}
