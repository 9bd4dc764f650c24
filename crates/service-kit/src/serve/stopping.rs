//! The open connections of a service, tracked so that it can stop without losing one.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::web;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Whether a service is stopping, and its open connections. Cheap to clone: all clones share one state.
#[derive(Clone, Default)]
pub struct Stopping(Arc<State>);

#[derive(Default)]
struct State {
    asked: Notify,
    stopping: AtomicBool,
    connections: AtomicUsize,
    silent: AtomicUsize,
    events: AtomicUsize,
    deadline: OnceLock<Instant>,
}

/// The open connections at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// The number of open connections.
    pub(crate) connections: usize,
    /// How many of them have not sent a complete request head yet.
    pub(crate) silent: usize,
    /// Increases with every connection and every request after the stop began.
    pub(crate) events: usize,
}

impl Stopping {
    /// Stops the service, as SIGINT does: it accepts no more connections, responds on those that are open, and ends.
    /// [`BoundServer::run`](crate::BoundServer::run) returns when it has stopped.
    pub fn stop(&self) {
        self.0.asked.notify_one();
    }

    /// Returns whether the service is stopping.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    /// Waits until [`stop`](Self::stop) is called.
    pub(crate) async fn asked(&self) {
        self.0.asked.notified().await;
    }

    pub(crate) fn begin(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    /// Sets when the program ends at the latest.
    pub(crate) fn ends_by(&self, deadline: Instant) {
        let _ = self.0.deadline.set(deadline);
    }

    /// Returns how much time is left until the program ends at the latest. None is left if it was not stopped in order.
    pub(crate) fn time_left(&self) -> Duration {
        let deadline = self.0.deadline.get();
        deadline.map_or(Duration::ZERO, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        })
    }

    pub(crate) fn open(&self) -> Open {
        Open {
            connections: self.0.connections.load(Ordering::SeqCst),
            silent: self.0.silent.load(Ordering::SeqCst),
            events: self.0.events.load(Ordering::SeqCst),
        }
    }

    /// Counts a connection that was accepted and has not sent anything yet.
    pub(crate) fn connection(&self) -> Connection {
        self.0.connections.fetch_add(1, Ordering::SeqCst);
        self.0.silent.fetch_add(1, Ordering::SeqCst);
        self.note();
        Connection {
            state: Arc::clone(&self.0),
            silent: AtomicBool::new(true),
        }
    }

    /// Counts an event. Before the stop, workers share only a read.
    fn note(&self) {
        if self.is_stopping() {
            self.0.events.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stopping")
            .field("is_stopping", &self.is_stopping())
            .field("open", &self.open())
            .finish_non_exhaustive()
    }
}

/// An open connection. It counts as closed when this is dropped.
pub(crate) struct Connection {
    state: Arc<State>,
    silent: AtomicBool,
}

impl Connection {
    /// Records that a complete request head has arrived.
    pub(crate) fn speaks(&self) {
        if self.silent.load(Ordering::SeqCst) && self.silent.swap(false, Ordering::SeqCst) {
            self.state.silent.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.speaks();
        self.state.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Records a request, and that its connection has sent one.
pub(crate) fn note(request: &ServiceRequest) -> Option<Stopping> {
    let stopping = request.app_data::<web::Data<Stopping>>();
    let stopping = stopping.map(|stopping| Stopping::clone(stopping));
    if let Some(stopping) = &stopping {
        stopping.note();
    }
    if let Some(connection) = request.conn_data::<Connection>() {
        connection.speaks();
    }
    stopping
}

/// Adds `Connection: close` to the response once the service is stopping: it is the last one of its connection.
pub(crate) fn close<B>(stopping: Option<&Stopping>, response: &mut ServiceResponse<B>) {
    if stopping.is_some_and(Stopping::is_stopping) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
}
