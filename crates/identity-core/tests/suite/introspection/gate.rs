//! An issuer that responds when the test allows it, and counts the requests that it has at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The issuer. It stops when the test's runtime does.
pub(crate) struct Gate {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    open: Semaphore,
    arrived: Semaphore,
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

impl Gate {
    /// Starts an issuer that responds with this body.
    pub(crate) async fn start(body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            open: Semaphore::new(0),
            arrived: Semaphore::new(0),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            all: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(Arc::clone(&shared).respond(stream, body.clone()));
            }
        });
        Self { url, state }
    }

    /// Waits until this many more requests have arrived.
    pub(crate) async fn has(&self, requests: u32) {
        let arrived = self.state.arrived.acquire_many(requests);
        let arrived = timeout(Duration::from_secs(20), arrived).await;
        arrived.unwrap().unwrap().forget();
    }

    /// Lets this many requests have their responses.
    pub(crate) fn open(&self, requests: usize) {
        self.state.open.add_permits(requests);
    }

    /// Returns the number of requests so far, and the most at the same time.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let load = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (load(&self.state.all), load(&self.state.most))
    }
}

impl State {
    async fn respond(self: Arc<Self>, mut stream: TcpStream, body: String) {
        let mut request = Vec::new();
        while !request.ends_with(b"token_type_hint=access_token") {
            if stream.read_buf(&mut request).await.unwrap_or_default() == 0 {
                return;
            }
        }
        self.all.fetch_add(1, Ordering::SeqCst);
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.arrived.add_permits(1);
        self.open.acquire().await.unwrap().forget();
        self.now.fetch_sub(1, Ordering::SeqCst);
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        // The client may be gone.
        let _ = stream.write_all((head + &body).as_bytes()).await;
    }
}
