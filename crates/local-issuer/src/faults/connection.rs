//! Another handle on the socket of a connection, to reset it.

use std::any::Any;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// The socket that a request came by.
struct ClientSocket(Socket);

/// Keeps a handle on the socket for as long as the connection lasts.
pub(crate) fn remember_socket(connection: &dyn Any, data: &mut Extensions) {
    let encrypted = connection.downcast_ref::<TlsStream<TcpStream>>();
    let socket = connection
        .downcast_ref::<TcpStream>()
        .or_else(|| encrypted.map(|stream| stream.get_ref().0))
        .and_then(|stream| SockRef::from(stream).try_clone().ok());
    if let Some(socket) = socket {
        data.insert(ClientSocket(socket));
    }
}

/// Makes the end of this connection a reset: what was not sent is discarded.
pub(super) fn reset_at_end(request: &HttpRequest) {
    let reset = request
        .conn_data::<ClientSocket>()
        .map(|socket| socket.0.set_linger(Some(Duration::ZERO)));
    if !matches!(reset, Some(Ok(()))) {
        tracing::warn!("could not reset a connection; it is closed instead");
    }
}
