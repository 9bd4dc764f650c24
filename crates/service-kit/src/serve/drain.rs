//! Stopping a service without losing a request.
//!
//! actix closes, without a response, the connections that its workers have been given and not started on when it stops
//! (actix-server 2.10, the shutdown of a worker). So it is stopped last, when there are none: first no new connections
//! are accepted, then those that were accepted get their responses. actix closes idle connections itself.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt;
use tokio::time::{Instant, interval, sleep, timeout_at};
use tracing::{info, warn};

use super::signal::{Signal, Signals};
use super::stopping::{Open, Stopping};
use super::turned_away;
use crate::settings::StopConfig;

/// How a server is stopped.
pub(crate) struct Drain {
    pub(crate) stopping: Stopping,
    /// Another handle of the socket that the server listens on.
    pub(crate) listener: TcpListener,
    pub(crate) server: ServerHandle,
    pub(crate) config: StopConfig,
}

impl Drain {
    /// Waits until the service is asked to stop, and ends when the server may be dropped.
    pub(crate) async fn run(self, mut signals: Signals) {
        let delay = tokio::select! {
            signal = signals.next() => match signal {
                Signal::Terminate => self.config.delay,
                Signal::Interrupt => Duration::ZERO,
                Signal::Quit => return,
            },
            () = self.stopping.asked() => Duration::ZERO,
        };
        self.stopping.begin();
        if !delay.is_zero() && !self.go_on_for(delay, &mut signals).await {
            return;
        }
        tokio::select! {
            () = self.finish() => {}
            () = impatience(&mut signals) => self.cut_off("a second signal"),
        }
    }

    /// Responds as before, but for `/health/ready`, so that a load balancer learns of the stop. Returns false to stop at once.
    async fn go_on_for(&self, delay: Duration, signals: &mut Signals) -> bool {
        let seconds = delay.as_secs();
        info!("stopping: not ready any more, answering for another {seconds} s");
        tokio::select! {
            () = sleep(delay) => true,
            signal = signals.next() => signal != Signal::Quit,
            () = self.stopping.asked() => true,
        }
    }

    async fn finish(&self) {
        let deadline = Instant::now() + self.config.timeout;
        self.stopping.ends_by(deadline);
        sleep(self.config.last_call).await;
        let open = self.stopping.open().connections;
        info!(
            connections.open = open,
            "stopping: no new connections, {open} are open"
        );
        self.server.pause().await;
        // The server passes it on to the thread that accepts, which would write errors if the port were closed first.
        sleep(self.config.poll_interval).await;
        for stream in turned_away::close(&self.listener) {
            let connection = self.stopping.connection();
            rt::spawn(turned_away::respond(stream, connection, self.config));
        }
        let finished = async {
            self.quiet().await;
            // Idle connections are closed by it, and those with a request after their answer. It is not awaited: the
            // workers look only once a second whether they are done.
            drop(self.server.stop(true));
            self.until(|| self.stopping.open().connections == 0).await;
        };
        match timeout_at(deadline, finished).await {
            Ok(()) => info!("stopped"),
            Err(_) => self.cut_off("SHUTDOWN__TIMEOUT_SECONDS"),
        }
    }

    /// Until every connection has sent a request, and no more of them come.
    async fn quiet(&self) {
        let mut quiet = Quiet {
            length: self.config.quiet,
            since: Instant::now(),
            events: self.stopping.open().events,
        };
        self.until(|| quiet.has_come(self.stopping.open(), Instant::now()))
            .await;
    }

    async fn until(&self, mut done: impl FnMut() -> bool) {
        let mut again = interval(self.config.poll_interval);
        while !done() {
            again.tick().await;
        }
    }

    fn cut_off(&self, by: &str) {
        let open = self.stopping.open().connections;
        warn!(
            connections.open = open,
            "stopped by {by}: {open} connections were cut off"
        );
    }
}

/// Nothing has happened since, and nothing is expected to.
struct Quiet {
    length: Duration,
    since: Instant,
    events: usize,
}

impl Quiet {
    fn has_come(&mut self, open: Open, now: Instant) -> bool {
        // Who has not sent a first request yet is about to, or is closed by actix-http after 5 s, its own default.
        if open.events != self.events || open.silent > 0 {
            self.events = open.events;
            self.since = now;
        }
        now - self.since >= self.length
    }
}

/// Until there is a signal that is not the same request to stop once more.
async fn impatience(signals: &mut Signals) {
    while signals.next().await == Signal::Terminate {}
}

#[cfg(test)]
#[path = "drain_tests.rs"]
mod tests;

#[cfg(test)]
mod quiet_tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Open, Quiet};

    #[test]
    fn there_is_quiet_when_nothing_happened_for_a_while_and_nobody_is_silent() {
        let start = Instant::now();
        let mut quiet = Quiet {
            length: Duration::from_millis(200),
            since: start,
            events: 7,
        };
        let mut at = |milliseconds, silent, events| {
            let open = Open {
                connections: 3,
                silent,
                events,
            };
            quiet.has_come(open, start + Duration::from_millis(milliseconds))
        };
        for (milliseconds, silent, events, expected) in [
            (199, 0, 7, false),
            (200, 0, 7, true),
            (201, 0, 8, false),
            (400, 0, 8, false),
            (401, 0, 8, true),
            (402, 1, 8, false),
            (4000, 1, 8, false),
            (4199, 0, 8, false),
            (4200, 0, 8, true),
        ] {
            let come = at(milliseconds, silent, events);
            assert_eq!(come, expected, "{milliseconds} ms");
        }
    }
}
