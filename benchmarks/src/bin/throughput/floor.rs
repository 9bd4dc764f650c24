//! The floor: plain actix-web with the service's response, without middleware and without authentication.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};

use benchmarks::{PRIVATE, PUBLIC};

const WRITTEN_BY_THE_SERVER: [&str; 3] = ["connection", "content-length", "date"];

/// Names and values of a response's head, besides those that the server itself writes, and its body.
type Recording = (Vec<(String, String)>, String);

#[derive(Clone)]
struct Replay {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// The response of the service at `address` to this token, for [`serve`].
pub fn record(address: SocketAddr, token: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    let request = format!(
        "GET {PRIVATE} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (head, body) = response.split_once("\r\n\r\n").context("a response")?;
    let mut recording: Recording = (Vec::new(), body.to_owned());
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").context("a header")?;
        if !WRITTEN_BY_THE_SERVER.contains(&name.to_ascii_lowercase().as_str()) {
            recording.0.push((name.to_owned(), value.to_owned()));
        }
    }
    Ok(serde_json::to_vec(&recording)?)
}

/// Answers every request with the recording of this file.
pub async fn serve(port: u16, recording: &Path) -> Result<()> {
    let (headers, body): Recording = serde_json::from_slice(&fs::read(recording)?)?;
    let mut replay = Replay {
        headers: Vec::new(),
        body: Bytes::from(body),
    };
    for (name, value) in headers {
        replay.headers.push((name.parse()?, value.parse()?));
    }
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(replay.clone()))
            .route(PUBLIC, web::get().to(response))
            .route(PRIVATE, web::get().to(response))
    });
    Ok(server
        .workers(1)
        .bind((Ipv4Addr::LOCALHOST, port))?
        .run()
        .await?)
}

async fn response(replay: web::Data<Replay>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in &replay.headers {
        response.insert_header(header.clone());
    }
    response.body(replay.body.clone())
}
