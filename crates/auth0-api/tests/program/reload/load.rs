//! Reloads while requests are sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::issuer::Issuer;
use super::{A, B, config, start};

/// Sends requests on one connection until it is to stop, and returns those that were not responded to with 200.
fn send(port: &str, token: &str, stop: &AtomicBool, sent: &AtomicUsize) -> Vec<String> {
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let mut refused = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let head = format!(
            "GET /api/private HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        writer.write_all(head.as_bytes()).unwrap();
        let mut status = String::new();
        reader.read_line(&mut status).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        sent.fetch_add(1, Ordering::SeqCst);
        if !status.starts_with("HTTP/1.1 200") {
            refused.push(status);
        }
    }
    refused
}

#[test]
fn twenty_reloads_under_load_refuse_no_request() {
    let (issuer, other) = (Issuer::start(), Issuer::start());
    let token = issuer.token(A);
    let running = start(&issuer, &[A], "");
    let allow = "cors_allowed_origins = [\"https://app.example.com\"]";
    let both = config(&issuer, &[A], "").replace(
        &format!("{:?}", issuer.name),
        &format!("[{:?}, {:?}]", issuer.name, other.name),
    );
    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| send(&running.port, &token, &stop, &sent)))
            .collect();
        for round in 0..5 {
            for (settings, words) in [
                (config(&issuer, &[A], allow), "in use: "),
                (
                    config(&issuer, &[A, B], ""),
                    "AUTH0_API_AUDIENCE, CORS_ALLOWED_ORIGINS",
                ),
                (config(&issuer, &[A, B], ""), "none has changed"),
                // The discovery document is of two issuers now: the keys are fetched before the change.
                (both.clone(), "AUTH0_API_AUDIENCE, AUTH0_ISSUER"),
            ] {
                let before = sent.load(Ordering::SeqCst);
                running.configure(&settings);
                running.reload(words);
                while sent.load(Ordering::SeqCst) < before + 20 {
                    std::thread::yield_now();
                }
            }
            assert!(issuer.key_sets() > round, "keys were fetched in each round");
        }
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            assert_eq!(client.join().unwrap(), Vec::<String>::new());
        }
    });
    assert_eq!(
        running.metric("settings_reloads_total{outcome=\"refused\"}"),
        0.0
    );
    assert_eq!(
        running.metric("settings_reloads_total{outcome=\"applied\"}"),
        15.0
    );
}
