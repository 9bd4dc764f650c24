//! Tests over real sockets: what happens to each kind of connection when the service stops.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::task::JoinHandle;
use actix_web::{rt, web};
use identity_actix::AccessTable;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::time::{interval, timeout};

use crate::settings::{ServiceSettings, Signals};
use crate::test_service::{INFO, NoKeys, authenticator};
use crate::{BoundServer, StopConfig, Stopping, bind};

const PATIENCE: Duration = Duration::from_secs(20);
const QUICK: &str = "GET /quick HTTP/1.1\r\nhost: x\r\n\r\n";
const SLOW: &str = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";

/// A service with a route that responds when the test allows it, and connections that stay open for an hour.
struct Service {
    address: SocketAddr,
    stopping: Stopping,
    running: JoinHandle<std::io::Result<()>>,
    gate: Arc<Semaphore>,
}

impl Service {
    fn start() -> Self {
        Self::with_timeout(Duration::from_secs(3600))
    }

    fn with_timeout(shutdown_timeout: Duration) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let service = crate::Service::new(INFO, authenticator(NoKeys), AccessTable::new())
            .app_data(web::Data::from(Arc::clone(&gate)))
            .public(|routes| {
                routes
                    .route("/quick", web::get().to(async || "quick"))
                    .route("/echo", web::post().to(async |body: String| body))
                    .route("/slow", web::get().to(slow));
            });
        let mut settings = ServiceSettings {
            workers: Some(2),
            signals: Signals::Ignored,
            shutdown: StopConfig {
                timeout: shutdown_timeout,
                ..StopConfig::default()
            },
            ..ServiceSettings::on_port(0)
        };
        settings.limits.keep_alive = Duration::from_secs(3600);
        let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "PORT").unwrap();
        let server = BoundServer::start(service, listener, &settings).unwrap();
        Self {
            address: server.address(),
            stopping: server.stopping(),
            running: rt::spawn(server.run()),
            gate,
        }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    async fn until(&self, mut done: impl FnMut(&Stopping) -> bool) {
        let mut again = interval(Duration::from_millis(1));
        let waiting = async {
            while !done(&self.stopping) {
                again.tick().await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{:?}", self.stopping);
    }

    /// Waits until this many connections are open, and this many of them have not sent a request.
    async fn has_open(&self, connections: usize, silent: usize) {
        self.until(|stopping| {
            let open = stopping.open();
            (open.connections, open.silent) == (connections, silent)
        })
        .await;
    }

    /// Stops the service, and waits until it refuses connections.
    async fn stop(&self) {
        self.stopping.stop();
        let mut again = interval(Duration::from_millis(1));
        let refused = async {
            while TcpStream::connect(self.address).await.is_ok() {
                again.tick().await;
            }
        };
        timeout(PATIENCE, refused).await.unwrap();
        assert!(self.stopping.is_stopping());
    }

    async fn ends(self) {
        let ended = timeout(PATIENCE, self.running).await;
        ended.expect("it ends").unwrap().unwrap();
    }
}

async fn slow(gate: web::Data<Semaphore>) -> &'static str {
    gate.acquire().await.unwrap().forget();
    "slow"
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until the connection is closed.
    async fn rest(mut self) -> String {
        let mut text = String::new();
        let read = timeout(PATIENCE, self.0.read_to_string(&mut text)).await;
        read.expect("it is closed").unwrap();
        text
    }

    /// Reads a response on a connection that stays open.
    async fn answer(&mut self, body: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(body.as_bytes()) {
            let read = timeout(PATIENCE, self.0.read_buf(&mut text)).await;
            assert_ne!(read.expect("an answer").unwrap(), 0, "it was closed");
        }
        String::from_utf8(text).unwrap()
    }
}

fn is_last(answer: &str, body: &str) -> bool {
    answer.starts_with("HTTP/1.1 200 OK\r\n")
        && answer.contains("\r\nconnection: close\r\n")
        && answer.ends_with(&format!("\r\n\r\n{body}"))
}

#[actix_web::test]
async fn an_idle_service_ends() {
    let service = Service::start();
    service.stop().await;
    service.ends().await;
}

#[actix_web::test]
async fn an_idle_connection_is_closed_and_holds_nothing_up() {
    let service = Service::start();
    let mut client = service.connect().await;
    client.send(QUICK).await;
    let answer = client.answer("quick").await;
    assert!(!answer.contains("connection: close"), "{answer}");
    service.stop().await;
    assert_eq!(client.rest().await, "");
    service.ends().await;
}

#[actix_web::test]
async fn a_request_in_flight_is_answered_and_is_the_last_of_its_connection() {
    let service = Service::start();
    let mut idle = service.connect().await;
    idle.send(QUICK).await;
    idle.answer("quick").await;
    let mut client = service.connect().await;
    client.send(SLOW).await;
    service.has_open(2, 0).await;
    service.stop().await;
    // The idle connection is closed when the server itself is stopped.
    assert_eq!(idle.rest().await, "");
    assert!(!service.running.is_finished());
    service.gate.add_permits(1);
    let answer = client.rest().await;
    assert!(is_last(&answer, "slow"), "{answer}");
    service.ends().await;
}

#[actix_web::test]
async fn a_body_that_is_still_being_sent_is_read_and_answered() {
    let service = Service::start();
    let mut client = service.connect().await;
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n";
    client.send(&format!("{head}01234")).await;
    service.has_open(1, 0).await;
    service.stop().await;
    client.send("56789").await;
    let answer = client.rest().await;
    assert!(is_last(&answer, "0123456789"), "{answer}");
    service.ends().await;
}

#[actix_web::test]
async fn a_head_that_is_still_being_sent_is_read_and_answered() {
    let service = Service::start();
    let mut idle = service.connect().await;
    idle.send(QUICK).await;
    idle.answer("quick").await;
    let mut silent = service.connect().await;
    let mut client = service.connect().await;
    let (start, end) = QUICK.split_at(10);
    client.send(start).await;
    service.has_open(3, 2).await;
    service.stop().await;
    client.send(end).await;
    let answer = client.rest().await;
    assert!(is_last(&answer, "quick"), "{answer}");
    // So is a connection that was opened and not used yet.
    silent.send(QUICK).await;
    let answer = silent.rest().await;
    assert!(is_last(&answer, "quick"), "{answer}");
    assert_eq!(idle.rest().await, "");
    service.ends().await;
}

#[actix_web::test]
async fn a_client_that_keeps_its_connection_is_told_to_close_it() {
    let service = Service::start();
    let mut client = service.connect().await;
    client.send(QUICK).await;
    client.answer("quick").await;
    service.stopping.begin();
    client.send(QUICK).await;
    let answer = client.rest().await;
    assert!(is_last(&answer, "quick"), "{answer}");
    assert_eq!(service.stopping.open().events, 1);
    drop(service.connect().await);
    service.until(|stopping| stopping.open().events == 2).await;
    service.stop().await;
    service.ends().await;
}

#[actix_web::test]
async fn what_does_not_end_in_time_is_cut_off() {
    let service = Service::with_timeout(Duration::from_secs(1));
    let mut client = service.connect().await;
    client.send(SLOW).await;
    let silent = service.connect().await;
    service.has_open(2, 1).await;
    service.stop().await;
    service.ends().await;
    assert_eq!(client.rest().await, "");
    assert_eq!(silent.rest().await, "");
}

#[actix_web::test]
async fn every_connection_that_was_taken_is_answered() {
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..10 {
        let service = Service::start();
        let clients: Vec<_> = (0..6)
            .map(|_| {
                let address = service.address;
                rt::task::spawn_blocking(move || busy(address))
            })
            .collect();
        service
            .until(|stopping| stopping.open().connections > 2)
            .await;
        service.stopping.stop();
        for client in clients {
            let count = client.await.unwrap().expect("every connection is answered");
            answered += count;
            refused += 1;
        }
        service.ends().await;
    }
    assert!(answered > 0);
    assert_eq!(refused, 60);
}

/// Opens one connection after the other until they are refused, and returns their number. Errors: one got no response.
fn busy(address: SocketAddr) -> Result<usize, String> {
    use std::io::{Read, Write};
    for count in 0.. {
        let Ok(mut stream) = std::net::TcpStream::connect(address) else {
            return Ok(count);
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = "GET /quick HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut answer = String::new();
        let outcome = stream
            .write_all(request.as_bytes())
            .and_then(|()| stream.read_to_string(&mut answer));
        if outcome.is_err() || !(is_last(&answer, "quick") || answer.contains("\"stopping\"")) {
            return Err(format!("{count}: {outcome:?} {answer:?}"));
        }
    }
    Ok(0)
}
