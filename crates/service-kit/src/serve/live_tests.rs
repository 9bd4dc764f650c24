//! Tests over real sockets: a service that is replaced while it runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::{HttpResponse, get, web};
use identity_actix::AccessTable;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::Live;
use crate::serve::{BoundServer, bind};
use crate::settings::{ServiceSettings, Signals};
use crate::test_service::{INFO, NoKeys, authenticator};
use crate::{Routes, Service};

const PATIENCE: Duration = Duration::from_secs(20);

/// What the handler responds with.
#[derive(Clone)]
struct Word(&'static str);

/// Lets a slow request end, once it has begun.
#[derive(Default)]
struct Gate {
    begun: Notify,
    open: Notify,
}

#[utoipa::path]
#[get("/word")]
async fn say(word: web::Data<Word>) -> &'static str {
    word.0
}

#[utoipa::path]
#[get("/slow")]
async fn slow(word: web::Data<Word>, gate: web::Data<Gate>) -> HttpResponse {
    gate.begun.notify_one();
    gate.open.notified().await;
    HttpResponse::Ok().body(word.0)
}

fn service(gate: &Arc<Gate>) -> Service {
    Service::new(INFO, authenticator(NoKeys), AccessTable::new())
        .app_data(web::Data::from(Arc::clone(gate)))
        .app_data(web::Data::new(Word("old")))
        .public(|routes: &mut Routes| {
            routes.service(say).service(slow);
        })
}

fn start(service: Service) -> (SocketAddr, Live) {
    let settings = ServiceSettings {
        workers: Some(2),
        signals: Signals::Ignored,
        ..ServiceSettings::on_port(0)
    };
    let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "PORT").unwrap();
    let server = BoundServer::start(service, listener, &settings).unwrap();
    let (address, live) = (server.address(), server.live());
    drop(actix_web::rt::spawn(server.run()));
    (address, live)
}

async fn send(client: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
}

/// Reads a response that ends with one of the words.
async fn read(client: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let ends = ["\r\n\r\nold", "\r\n\r\nnew"];
    while !ends.iter().any(|end| text.ends_with(end.as_bytes())) {
        let count = timeout(PATIENCE, client.read_buf(&mut text)).await;
        assert_ne!(count.expect("a response").unwrap(), 0, "it was closed");
    }
    String::from_utf8(text).unwrap()
}

#[actix_web::test]
async fn the_next_request_of_each_connection_is_handled_by_the_new_service() {
    let gate = Arc::new(Gate::default());
    let (address, live) = start(service(&gate));
    let mut clients = Vec::new();
    // More than one for each worker.
    for _ in 0..6 {
        clients.push(TcpStream::connect(address).await.unwrap());
    }
    for client in &mut clients {
        send(client, "/word").await;
        assert!(read(client).await.ends_with("old"));
    }
    let mut waiting = TcpStream::connect(address).await.unwrap();
    send(&mut waiting, "/slow").await;
    timeout(PATIENCE, gate.begun.notified()).await.unwrap();

    let settings = ServiceSettings {
        cors_allowed_origins: vec!["*".to_owned()],
        ..ServiceSettings::on_port(0)
    };
    let service = live.service().with_settings(&settings);
    live.replace(service.app_data(web::Data::new(Word("new"))));
    for client in &mut clients {
        send(client, "/word").await;
        let response = read(client).await;
        assert!(response.ends_with("new"), "{response}");
        send(client, "/word").await;
        assert!(read(client).await.ends_with("new"));
    }
    // A request in progress ends as it began, and the next one on its connection does not.
    gate.open.notify_one();
    assert!(read(&mut waiting).await.ends_with("old"));
    send(&mut waiting, "/word").await;
    assert!(read(&mut waiting).await.ends_with("new"));
}

#[actix_web::test]
async fn what_only_the_old_service_uses_is_dropped_without_a_request() {
    let gate = Arc::new(Gate::default());
    let (_, live) = start(service(&gate));
    let old = Arc::downgrade(live.service().authenticator());
    let new = Arc::new(authenticator(NoKeys));
    live.replace(live.service().with_authenticator(new));
    let gone = async {
        while old.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone)
        .await
        .expect("the workers let it go");
}
