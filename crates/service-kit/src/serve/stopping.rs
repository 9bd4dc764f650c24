//! What a service knows of its connections, so that it can stop without losing one.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::web;
use tokio::sync::Notify;

/// Whether a service is being stopped, and which of its connections are open. Cheap to clone: all clones are one.
#[derive(Clone, Default)]
pub struct Stopping(Arc<State>);

#[derive(Default)]
struct State {
    asked: Notify,
    stopping: AtomicBool,
    connections: AtomicUsize,
    silent: AtomicUsize,
    events: AtomicUsize,
}

/// What is open at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// Connections.
    pub(crate) connections: usize,
    /// Those of them that have not sent a whole request head yet.
    pub(crate) silent: usize,
    /// Grows with every connection and every request since the stop began.
    pub(crate) events: usize,
}

impl Stopping {
    /// Asks the service to stop, as SIGINT does: it accepts no more connections, responds to those that it has, and ends.
    /// [`BoundServer::run`](crate::BoundServer::run) returns when it has stopped.
    pub fn stop(&self) {
        self.0.asked.notify_one();
    }

    /// Whether the service is being stopped.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    /// Waits until [`stop`](Self::stop) was called.
    pub(crate) async fn asked(&self) {
        self.0.asked.notified().await;
    }

    pub(crate) fn begin(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) -> Open {
        Open {
            connections: self.0.connections.load(Ordering::SeqCst),
            silent: self.0.silent.load(Ordering::SeqCst),
            events: self.0.events.load(Ordering::SeqCst),
        }
    }

    /// For `HttpServer::on_connect`: the connection is counted until it is closed.
    pub(crate) fn on_connect(self) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
        move |_, connection| {
            connection.insert(self.connection());
        }
    }

    /// A connection that was accepted and has not sent anything yet.
    pub(crate) fn connection(&self) -> Connection {
        self.0.connections.fetch_add(1, Ordering::SeqCst);
        self.0.silent.fetch_add(1, Ordering::SeqCst);
        self.note();
        Connection {
            state: Arc::clone(&self.0),
            silent: AtomicBool::new(true),
        }
    }

    /// While the service is not being stopped, workers share nothing but a read.
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

/// One open connection. It is closed when this is dropped.
pub(crate) struct Connection {
    state: Arc<State>,
    silent: AtomicBool,
}

impl Connection {
    /// A whole request head has come.
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

/// Takes note of a request and its connection.
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

/// Once the service is being stopped, every response is the last one of its connection, and says so with `Connection: close`.
pub(crate) fn close<B>(stopping: Option<&Stopping>, response: &mut ServiceResponse<B>) {
    if stopping.is_some_and(Stopping::is_stopping) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
}
