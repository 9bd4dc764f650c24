//! A thousand slow clients, over real connections, against two workers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, rt};
use futures_core::Stream;
use identity_actix::AccessTable;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::{interval, timeout};

use super::listen::{BoundServer, bind};
use super::stopping::Stopping;
use crate::Service;
use crate::settings::{ServiceSettings, Signals};
use crate::test_service::{INFO, NoKeys, authenticator};

/// How many of each kind.
const OF_EACH: usize = 200;
const KINDS: [Slow; 5] = [
    Slow::HeadByteByByte,
    Slow::NoEndOfHead,
    Slow::NoEndOfSecondHead,
    Slow::NoEndOfBody,
    Slow::ReadsNothing,
];
const ALL: usize = KINDS.len() * OF_EACH;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a client is slow at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slow {
    HeadByteByByte,
    NoEndOfHead,
    NoEndOfSecondHead,
    NoEndOfBody,
    ReadsNothing,
}

/// A body without an end.
struct Endless;

impl Stream for Endless {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'x'; 8192]))))
    }
}

/// A service with two workers, whose times are all `limit`.
struct Server {
    address: SocketAddr,
    stopping: Stopping,
    handle: actix_web::dev::ServerHandle,
}

impl Server {
    fn start(limit: Duration) -> Self {
        allow_connections();
        let service =
            Service::new(INFO, authenticator(NoKeys), AccessTable::new()).public(|routes| {
                routes
                    .route("/echo", web::post().to(async |body: web::Json<u8>| body))
                    .route(
                        "/endless",
                        web::get().to(async || HttpResponse::Ok().streaming(Endless)),
                    );
            });
        let mut settings = ServiceSettings {
            workers: Some(2),
            signals: Signals::Ignored,
            ..ServiceSettings::on_port(0)
        };
        settings.limits.head_timeout = limit;
        settings.limits.body_timeout = limit;
        settings.limits.write_timeout = limit;
        settings.limits.keep_alive = limit;
        let service = service.with_settings(&settings);
        let listener = bind(settings.host, 0, "PORT").unwrap();
        // Otherwise the system takes some megabytes of each response without an end. Accepted connections inherit it.
        let socket = socket2::SockRef::from(&listener);
        socket.set_send_buffer_size(16 * 1024).unwrap();
        let server = BoundServer::start(service, listener, &settings).unwrap();
        let started = Self {
            address: server.address(),
            stopping: server.stopping(),
            handle: server.handle(),
        };
        drop(rt::spawn(server.run()));
        started
    }

    /// Waits until so many connections are open, of which so many have sent no whole request head.
    async fn until_open(&self, connections: usize, silent: usize) {
        let mut again = interval(Duration::from_millis(10));
        let reached = async {
            loop {
                let open = self.stopping.open();
                if (open.connections, open.silent) == (connections, silent) {
                    return;
                }
                again.tick().await;
            }
        };
        let outcome = timeout(PATIENCE, reached).await;
        let open = self.stopping.open();
        assert!(
            outcome.is_ok(),
            "{open:?}, not {connections} of which {silent} are silent"
        );
    }

    async fn clients(&self) -> Vec<(Slow, TcpStream)> {
        let mut clients = Vec::new();
        for slow in KINDS {
            for _ in 0..OF_EACH {
                clients.push((slow, slow.connect(self.address).await));
            }
        }
        clients
    }
}

/// Both ends of each connection are in this process, and both tests may run at once.
fn allow_connections() {
    let needed = 4 * ALL as u64 + 500;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < needed) {
        let current = Some(maximum.map_or(needed, |maximum| maximum.min(needed)));
        setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    }
    let current = getrlimit(Resource::Nofile).current;
    assert!(
        current.is_none_or(|current| current >= needed),
        "{needed} open files are needed: ulimit -Hn"
    );
}

impl Slow {
    async fn connect(self, address: SocketAddr) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        if self == Self::ReadsNothing {
            // Otherwise the system would read some megabytes for it.
            socket.set_recv_buffer_size(4096).unwrap();
        }
        let mut stream = socket.connect(address).await.unwrap();
        let start: &[u8] = match self {
            Self::HeadByteByByte => b"G",
            Self::NoEndOfHead => b"GET /health HTTP/1.1\r\nhost: x\r\n",
            Self::NoEndOfSecondHead => b"GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /he",
            Self::NoEndOfBody => {
                b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n1"
            }
            Self::ReadsNothing => b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n",
        };
        stream.write_all(start).await.unwrap();
        stream
    }

    /// Whether the connection has sent a whole request head.
    fn has_sent_one(self) -> bool {
        !matches!(self, Self::HeadByteByByte | Self::NoEndOfHead)
    }

    /// Checks all that the server has sent before it closed the connection.
    fn check(self, received: &str) {
        let responses: Vec<_> = received.matches("HTTP/1.1 ").collect();
        match self {
            // A response to bytes that still arrive may be lost.
            Self::HeadByteByByte => assert!(
                received.is_empty() || received.starts_with("HTTP/1.1 408 "),
                "{received}"
            ),
            Self::NoEndOfHead => assert!(received.starts_with("HTTP/1.1 408 "), "{received}"),
            Self::NoEndOfSecondHead => assert!(
                received.starts_with("HTTP/1.1 200 OK") && responses.len() == 1,
                "{received}"
            ),
            Self::NoEndOfBody => assert!(
                received.starts_with("HTTP/1.1 408 ")
                    && received.contains(r#""code":"request_timeout""#),
                "{received}"
            ),
            Self::ReadsNothing => assert!(received.starts_with("HTTP/1.1 200 OK"), "{received}"),
        }
    }
}

/// Sends one more byte of each head that comes byte by byte.
fn drip(clients: &[(Slow, TcpStream)], byte: usize) {
    let head = b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ";
    let byte = head.get(byte).unwrap_or(&b'x');
    for (slow, stream) in clients {
        if *slow == Slow::HeadByteByByte {
            // A connection that the server has closed cannot be written to.
            drop(stream.try_write(&[*byte]));
        }
    }
}

/// Reads one response whose body has this end.
async fn response(stream: &mut TcpStream, end: &str) -> String {
    let mut received = Vec::new();
    while !received.ends_with(end.as_bytes()) {
        let read = stream.read_buf(&mut received).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&received));
    }
    String::from_utf8(received).unwrap()
}

#[actix_web::test]
async fn a_thousand_slow_clients_hold_no_worker() {
    let server = Server::start(Duration::from_secs(3600));
    let clients = server.clients().await;
    let silent = KINDS.iter().filter(|slow| !slow.has_sent_one()).count() * OF_EACH;
    server.until_open(ALL, silent).await;

    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let ordinary = async {
        let mut kept = TcpStream::connect(server.address).await.unwrap();
        let mut responses = 0;
        for round in 1..=100 {
            drip(&clients, round);
            let mut new = TcpStream::connect(server.address).await.unwrap();
            for stream in [&mut kept, &mut new] {
                stream.write_all(request).await.unwrap();
                let received = response(stream, "}").await;
                responses += usize::from(received.starts_with("HTTP/1.1 200 OK"));
            }
        }
        (kept, responses)
    };
    let (kept, responses) = timeout(PATIENCE, ordinary).await.unwrap();
    assert_eq!(responses, 200);
    server.until_open(ALL + 1, silent).await;
    drop((clients, kept));
    server.handle.stop(false).await;
}

#[actix_web::test]
async fn a_thousand_slow_clients_are_gone_when_their_time_is_over() {
    let server = Server::start(Duration::from_secs(3));
    let mut clients = server.clients().await;
    let mut again = interval(Duration::from_millis(50));
    let over = async {
        let mut round = 1;
        while server.stopping.open().connections > 0 {
            again.tick().await;
            drip(&clients, round);
            round += 1;
        }
    };
    let outcome = timeout(PATIENCE, over).await;
    assert!(outcome.is_ok(), "{:?}", server.stopping.open());
    for (slow, stream) in &mut clients {
        let mut received = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut received)).await;
        // The system may reset a connection whose client still sends.
        drop(read.unwrap());
        slow.check(&String::from_utf8_lossy(&received));
    }
    server.handle.stop(false).await;
}
