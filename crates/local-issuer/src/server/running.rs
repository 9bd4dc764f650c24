//! The thread that runs the servers, apart from the runtime of the caller.

use std::fmt::Display;
use std::io;
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use actix_web::dev::{Server, ServerHandle};
use actix_web::rt::{self, System};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// The running servers; dropping this stops them without waiting.
#[derive(Debug)]
pub(crate) struct Servers {
    handles: Vec<ServerHandle>,
    thread: Option<JoinHandle<()>>,
}

impl Servers {
    /// Starts a server on each listener, which `serve` makes on the thread of the servers.
    pub(crate) async fn start<S>(
        listeners: Vec<(TcpListener, S)>,
        serve: impl Fn(TcpListener, S) -> io::Result<Server> + Send + 'static,
    ) -> io::Result<Self>
    where
        S: Send + 'static,
    {
        let (started, start) = oneshot::channel();
        let run = move || {
            System::new().block_on(async move {
                let servers: io::Result<Vec<_>> = listeners
                    .into_iter()
                    .map(|(listener, served)| serve(listener, served))
                    .collect();
                match servers {
                    Ok(servers) => run(servers, started).await,
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        };
        let thread = thread::Builder::new()
            .name("local-issuer".to_owned())
            .spawn(run)?;
        let handles = start.await.map_err(stopped)??;
        Ok(Self {
            handles,
            thread: Some(thread),
        })
    }

    /// Lets open requests finish and waits until the ports are free.
    pub(crate) async fn stop(mut self) {
        let stopping: Vec<_> = self
            .handles
            .iter()
            .map(|handle| handle.stop(true))
            .collect();
        for stopping in stopping {
            stopping.await;
        }
        if let Some(thread) = self.thread.take() {
            drop(spawn_blocking(move || thread.join()).await);
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for handle in &self.handles {
            // The command is sent when the future is made; nothing is left to wait for.
            drop(handle.stop(false));
        }
    }
}

async fn run(servers: Vec<Server>, started: oneshot::Sender<io::Result<Vec<ServerHandle>>>) {
    let handles = servers.iter().map(Server::handle).collect();
    let running: Vec<_> = servers.into_iter().map(rt::spawn).collect();
    drop(started.send(Ok(handles)));
    for server in running {
        if let Ok(Err(error)) = server.await {
            tracing::error!("the local issuer stopped serving: {error}");
        }
    }
}

fn stopped(error: impl Display) -> io::Error {
    io::Error::other(format!("the server thread ended: {error}"))
}
