//! The HTTP server of actix-web, with connections that are read at the pace of their responses.

use std::fmt;
use std::future::ready;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_server::ServerBuilder;
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Extensions, Server};
use actix_web::rt::net::TcpStream;

use super::pace::Paced;
use super::wait::Wait;

/// How connections are served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionConfig {
    /// How many threads; one a core if unset.
    pub(crate) workers: Option<usize>,
    /// How long a request head may take to arrive.
    pub(crate) head_timeout: Duration,
    /// How long an idle connection stays open.
    pub(crate) keep_alive: Duration,
    /// How long a connection may take to end when the server stops.
    pub(crate) shutdown_timeout: Duration,
    /// How long a client may read nothing before its connection is closed. Only on Linux.
    pub(crate) write_timeout: Duration,
}

/// Serves the apps that `app` makes, one for each worker; `on_connect` adds the data of each connection.
///
/// It is actix-web's `HttpServer`, which takes connections of the system only (actix-web 4.18, `server.rs`), with
/// [`Paced`] ones. Errors: the system's, about the socket.
pub(crate) fn serve<A, S, B>(
    listener: TcpListener,
    config: ConnectionConfig,
    app: impl Fn() -> A + Send + Clone + 'static,
    on_connect: impl Fn(&mut Extensions) + Send + Clone + 'static,
) -> io::Result<Server>
where
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    B: MessageBody + 'static,
{
    close_unread_after(&listener, config.write_timeout)?;
    let builder = ServerBuilder::new()
        .disable_signals()
        .shutdown_timeout(config.shutdown_timeout.as_secs());
    let builder = match config.workers {
        Some(workers) => builder.workers(workers),
        None => builder,
    };
    let stopping = builder.graceful_shutdown_signal();
    let connections = move || {
        let (stopping, on_connect) = (stopping.clone(), on_connect.clone());
        let app = app()
            .into_factory()
            .map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .keep_alive(config.keep_alive)
            .client_request_timeout(config.head_timeout)
            .client_disconnect_timeout(Duration::from_secs(1))
            // Idle connections are closed when the server stops.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(move |connection: &Paced, data: &mut Extensions| {
                data.insert(connection.pace());
                on_connect(data);
            })
            .h1(map_config(app, |()| AppConfig::default()));
        let wait = Wait {
            head: config.head_timeout,
            idle: config.keep_alive,
        };
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((Paced::new(stream, wait), peer)))
        })
        .and_then(http)
    };
    Ok(builder.listen("http", listener, connections)?.run())
}

/// Has the system close connections whose peer reads nothing, or is gone, while something is to be sent. Accepted
/// connections inherit it from the listener.
#[cfg(target_os = "linux")]
fn close_unread_after(listener: &TcpListener, timeout: Duration) -> io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(timeout))
}

#[cfg(not(target_os = "linux"))]
fn close_unread_after(_: &TcpListener, _: Duration) -> io::Result<()> {
    Ok(())
}
