use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServerHandle;
use actix_web::web;
use identity_actix::AccessTable;
use identity_core::keys::KeySource;
use identity_core::testing::{StaticKeys, TestKey};

use super::{BindError, BoundServer, bind, healthcheck, question};
use crate::Service;
use crate::settings::{ServiceSettings, Signals};
use crate::test_service::{INFO, NoKeys, authenticator};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Starts a service on a free port.
fn serve(keys: impl KeySource) -> (u16, ServerHandle) {
    let service = Service::new(INFO, authenticator(keys), AccessTable::new());
    let settings = ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    let listener = bind(LOOPBACK, 0, "PORT").unwrap();
    let address = listener.local_addr().unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    assert_eq!(server.address(), address);
    let handle = server.handle();
    drop(actix_web::rt::spawn(server.run()));
    (address.port(), handle)
}

#[test]
fn a_taken_port_names_the_port_and_the_setting() {
    let taken = bind(LOOPBACK, 0, "AN_API__PORT or PORT").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_ne!(port, 0);
    let refused = bind(LOOPBACK, port, "AN_API__PORT or PORT").unwrap_err();
    assert!(matches!(refused, BindError::Taken { .. }));
    assert_eq!(
        refused.to_string(),
        format!(
            "port {port} on 127.0.0.1 is taken: stop what is using it, or set AN_API__PORT or PORT to another port"
        )
    );
}

#[test]
fn an_address_of_another_machine_names_both_settings() {
    let elsewhere = IpAddr::from([192, 0, 2, 1]);
    let refused = bind(elsewhere, 0, "AN_API__PORT or PORT")
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("cannot listen on 192.0.2.1 port 0: "),
        "{refused}"
    );
    assert!(
        refused.ends_with("; where to listen is set by LISTEN_HOST and AN_API__PORT or PORT"),
        "{refused}"
    );
}

#[actix_web::test]
async fn a_ready_service_passes_the_healthcheck() {
    let (port, handle) = serve(StaticKeys::of(&[&TestKey::fixed()]));
    for host in [LOOPBACK, Ipv4Addr::UNSPECIFIED.into()] {
        assert!(healthcheck(host, port).await.is_ok(), "{host}");
    }
    handle.stop(false).await;
}

#[actix_web::test]
async fn a_starting_service_fails_it() {
    let (port, handle) = serve(NoKeys);
    let failed = healthcheck(LOOPBACK, port).await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        format!("not ready: http://127.0.0.1:{port}/health/ready responded with 503")
    );
    handle.stop(false).await;
}

#[actix_web::test]
async fn nobody_fails_it() {
    let port = bind(LOOPBACK, 0, "PORT")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let failed = healthcheck(LOOPBACK, port).await.unwrap_err().to_string();
    let url = format!("http://127.0.0.1:{port}/health/ready");
    assert!(
        failed.starts_with(&format!("not ready: {url} cannot be reached: ")),
        "{failed}"
    );
}

#[test]
fn wherever_a_service_listens_it_is_asked_without_tls() {
    for (host, asked) in [
        ("10.0.0.7", "10.0.0.7"),
        ("0.0.0.0", "127.0.0.1"),
        ("2001:db8::7", "[2001:db8::7]"),
        ("::", "[::1]"),
    ] {
        let (url, config) = question(host.parse().unwrap(), 8000).unwrap();
        assert_eq!(url.as_str(), format!("http://{asked}:8000/health/ready"));
        assert_eq!(config.plain_http_hosts, [asked]);
    }
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_client_that_never_reads_its_response_is_cut_off() {
    use std::io::Write;
    use std::time::Duration;

    let service = Service::new(INFO, authenticator(NoKeys), AccessTable::new()).public(|routes| {
        routes.route("/large", web::get().to(async || vec![b'x'; 32 << 20]));
    });
    let mut settings = ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    settings.limits.write_timeout = Duration::from_secs(1);
    let listener = bind(LOOPBACK, 0, "PORT").unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    let (address, stopping, handle) = (server.address(), server.stopping(), server.handle());
    drop(actix_web::rt::spawn(server.run()));

    let mut client = std::net::TcpStream::connect(address).unwrap();
    let request = b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n";
    client.write_all(request).unwrap();
    let mut again = tokio::time::interval(Duration::from_millis(10));
    let has_sent = || {
        let open = stopping.open();
        open.connections == 1 && open.silent == 0
    };
    let cut_off = async {
        while !has_sent() {
            again.tick().await;
        }
        while stopping.open().connections > 0 {
            again.tick().await;
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, cut_off).await.unwrap();
    drop(client);
    handle.stop(false).await;
}

#[actix_web::test]
async fn an_idle_connection_is_closed_after_the_time_that_is_set() {
    use std::time::Duration;

    use actix_web::rt::net::TcpStream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let service = Service::new(INFO, authenticator(NoKeys), AccessTable::new());
    let mut settings = ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    settings.limits.keep_alive = Duration::from_secs(1);
    let listener = bind(LOOPBACK, 0, "PORT").unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    let (address, handle) = (server.address(), server.handle());
    drop(actix_web::rt::spawn(server.run()));

    let mut client = TcpStream::connect(address).await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    client.write_all(request).await.unwrap();
    let mut response = String::new();
    let read = client.read_to_string(&mut response);
    // Less than the default.
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, read).await.unwrap().unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(!response.contains("connection: close"), "{response}");
    handle.stop(false).await;
}

#[cfg(unix)]
#[actix_web::test]
async fn the_handler_of_a_client_that_resets_its_connection_is_dropped() {
    use std::io::Write;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::Semaphore;

    /// Counts the requests that arrived, and those whose handler was dropped.
    struct Seen(Semaphore, Semaphore);

    struct Dropped(web::Data<Seen>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.1.add_permits(1);
        }
    }

    async fn never(seen: web::Data<Seen>) -> &'static str {
        seen.0.add_permits(1);
        let _dropped = Dropped(seen);
        std::future::pending().await
    }

    let seen = Arc::new(Seen(Semaphore::new(0), Semaphore::new(0)));
    let service = Service::new(INFO, authenticator(NoKeys), AccessTable::new())
        .app_data(web::Data::from(Arc::clone(&seen)))
        .public(|routes| {
            routes.route("/never", web::get().to(never));
        });
    let settings = ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    let listener = bind(LOOPBACK, 0, "PORT").unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    let (address, handle) = (server.address(), server.handle());
    drop(actix_web::rt::spawn(server.run()));

    let mut client = std::net::TcpStream::connect(address).unwrap();
    let request = b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n";
    client.write_all(request).unwrap();
    let patience = Duration::from_secs(20);
    let arrived = tokio::time::timeout(patience, seen.0.acquire()).await;
    arrived.unwrap().unwrap().forget();
    let socket = socket2::SockRef::from(&client);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    let dropped = tokio::time::timeout(patience, seen.1.acquire()).await;
    dropped.unwrap().unwrap().forget();
    handle.stop(false).await;
}

#[actix_web::test]
async fn a_body_of_many_lines_and_the_request_after_it_arrive_whole() {
    use std::time::Duration;

    use actix_web::rt::net::TcpStream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let service = Service::new(INFO, authenticator(NoKeys), AccessTable::new()).public(|routes| {
        routes.route("/echo", web::post().to(async |body: String| body));
    });
    let settings = ServiceSettings {
        workers: Some(1),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    let listener = bind(LOOPBACK, 0, "PORT").unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    let (address, handle) = (server.address(), server.handle());
    drop(actix_web::rt::spawn(server.run()));

    let lines = "\n".repeat(60_000);
    let length = lines.len();
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let mut goes_on = [0; 25];
    client.read_exact(&mut goes_on).await.unwrap();
    assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let last =
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlast";
    client
        .write_all(format!("{lines}{last}").as_bytes())
        .await
        .unwrap();
    let mut responses = String::new();
    let read = client.read_to_string(&mut responses);
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, read).await.unwrap().unwrap();
    assert_eq!(responses.matches("HTTP/1.1 200 OK\r\n").count(), 2);
    assert!(responses.contains(&format!("\r\n\r\n{lines}HTTP/1.1 200 OK")));
    assert!(responses.ends_with("\r\n\r\nlast"));
    handle.stop(false).await;
}
