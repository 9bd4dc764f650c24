//! Clients that send requests and do not read responses. A program of its own: it looks at its own memory.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first thing that is not as it says"
)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{get, rt, web};
use identity_actix::AccessTable;
use identity_core::Authenticator;
use identity_core::providers::Descope;
use identity_core::testing::{StaticKeys, TestKey};
use service_kit::settings::{ServiceSettings, Signals};
use service_kit::{BoundServer, Service, ServiceInfo, bind};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

const INFO: ServiceInfo = ServiceInfo {
    name: "an-api",
    version: "1.2.3",
    description: "An API",
    provider: "plain",
    how_to_get_a_token: "Ask the issuer.",
};
const MOST_MIB: u64 = 128;
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns the peak memory of this process, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
    kib.parse::<u64>().unwrap() / 1024
}

/// What the handler of `/gate` waits for.
struct Gate {
    arrived: Semaphore,
    is_open: watch::Sender<bool>,
}

/// Responds when the gate is open.
#[utoipa::path(responses((status = 200)))]
#[get("/gate")]
async fn gate(gate: web::Data<Gate>) -> &'static str {
    gate.arrived.add_permits(1);
    let mut is_open = gate.is_open.subscribe();
    is_open.wait_for(|is_open| *is_open).await.unwrap();
    "open"
}

fn start(gates: &Arc<Gate>) -> BoundServer {
    let provider = Descope::project("P2LocalIssuerDevelopment0000").unwrap();
    let keys = Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    let authenticator = Authenticator::builder(provider).keys(keys).build();
    let service = Service::new(INFO, authenticator.unwrap(), AccessTable::new())
        .app_data(web::Data::from(Arc::clone(gates)))
        .public(|routes| {
            routes.service(gate);
        });
    let mut settings = ServiceSettings {
        workers: Some(2),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    settings.limits.write_timeout = WRITE_TIMEOUT;
    let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "PORT").unwrap();
    BoundServer::start(service, listener, &settings).unwrap()
}

fn requests(path: &str) -> Arc<[u8]> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    request.repeat(4000).into_bytes().into()
}

/// Sends requests until the connection is closed, and reads nothing.
async fn send_for_ever(address: SocketAddr, requests: Arc<[u8]>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from_std(socket.into()).unwrap();
    while stream.write_all(&requests).await.is_ok() {}
}

/// Sends no more, and returns all responses.
async fn rest(mut client: TcpStream) -> String {
    client.shutdown().await.unwrap();
    let mut responses = String::new();
    client.read_to_string(&mut responses).await.unwrap();
    responses
}

#[actix_web::test]
async fn pipelined_requests_without_a_reader_take_little_memory() {
    let gates = Arc::new(Gate {
        arrived: Semaphore::new(0),
        is_open: watch::Sender::new(false),
    });
    let server = start(&gates);
    let (address, handle) = (server.address(), server.handle());
    drop(rt::spawn(server.run()));

    // The responses wait for the client, until it is cut off.
    let large = requests("/docs/swagger-ui-bundle.js");
    let clients: Vec<_> = (0..60)
        .map(|_| rt::spawn(send_for_ever(address, Arc::clone(&large))))
        .collect();
    for client in clients {
        timeout(PATIENCE, client)
            .await
            .expect("it is cut off")
            .unwrap();
    }
    let peak = peak_mib();
    assert!(peak < MOST_MIB, "{peak} MiB");

    // The first response waits for something else, and then all of them come.
    let gated = requests("/gate");
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&gated).await.unwrap();
        clients.push(client);
    }
    let arrived = timeout(PATIENCE, gates.arrived.acquire_many(20)).await;
    arrived.unwrap().unwrap().forget();
    gates.is_open.send_replace(true);
    let clients = clients.into_iter().map(|client| rt::spawn(rest(client)));
    for responses in clients.collect::<Vec<_>>() {
        let responses = timeout(PATIENCE, responses).await.unwrap().unwrap();
        assert_eq!(responses.matches("\r\n\r\nopen").count(), 4000);
    }
    let peak = peak_mib();
    assert!(peak < MOST_MIB, "{peak} MiB");
    handle.stop(false).await;
}
