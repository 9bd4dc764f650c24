//! The documented metrics are those that are exported, after some traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use actix_web::rt::System;
use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::traffic::traffic;
use super::{builder, show};
use crate::metrics;
use crate::serve::bind;

async fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .unwrap();
    let request = format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Returns the responses to these requests for metrics, after the traffic.
fn shown(requests: &'static [&'static str]) -> Vec<String> {
    let recorder = builder().unwrap().build_recorder();
    let metrics = recorder.handle();
    ::metrics::with_local_recorder(&recorder, || {
        metrics::describe();
        System::new().block_on(async {
            traffic().await;
            let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "METRICS_ADDR").unwrap();
            let port = listener.local_addr().unwrap().port();
            show(listener, metrics, Duration::from_secs(1)).unwrap();
            let mut answers = Vec::new();
            for request in requests {
                answers.push(ask(port, request).await);
            }
            answers
        })
    })
}

type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

/// Returns the kind and labels of each metric in the table in `metrics.rs`.
fn documented() -> Metrics {
    let rows = include_str!("metrics.rs").lines();
    let rows = rows.filter_map(|line| line.strip_prefix("//! | `"));
    let figure = |row: &str| {
        let cells: Vec<_> = row
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect();
        let labels = cells[3].split(", ").filter(|label| !label.is_empty());
        let labels = labels.map(str::to_owned).collect();
        (cells[0].clone(), (cells[1].clone(), labels))
    };
    let metrics = rows.map(figure);
    // Without the feature there is no database.
    let is_there =
        |(name, _): &(String, _)| cfg!(feature = "store") || !name.starts_with("database_");
    metrics.filter(is_there).collect()
}

/// Returns the kind and labels of each metric in a response.
fn printed(answer: &str) -> Metrics {
    let mut metrics = Metrics::new();
    let mut current = String::new();
    for line in answer.lines() {
        if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|it| it.split_once(' '))
        {
            current = name.to_owned();
            metrics.insert(current.clone(), (kind.to_owned(), BTreeSet::new()));
        } else if let Some((_, rest)) = line
            .strip_prefix(&current)
            .and_then(|it| it.split_once('{'))
        {
            let labels = rest
                .split("\",")
                .filter_map(|label| Some(label.split_once('=')?.0));
            let labels = labels.filter(|label| *label != "le").map(str::to_owned);
            metrics.get_mut(&current).unwrap().1.extend(labels);
        }
    }
    metrics
}

#[test]
fn every_documented_figure_is_shown_and_no_other() {
    let answers = shown(&["GET /metrics"]);
    let answer = &answers[0];
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_eq!(printed(answer), documented());
    for name in documented().keys() {
        assert!(answer.contains(&format!("\n# HELP {name} ")), "{name}");
    }
}

#[test]
fn requests_are_counted_by_route_and_never_by_path() {
    let answers = shown(&["GET /metrics"]);
    let answer = &answers[0];
    let mut counted: Vec<_> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("http_requests_total"))
        .collect();
    counted.sort_unstable();
    let expected = [
        r#"{route="/api/me",method="GET",status="401"} 1"#,
        r#"{route="/health/ready",method="GET",status="503"} 1"#,
        r#"{route="/words/{word}",method="GET",status="200"} 2"#,
        r#"{route="/words/{word}",method="HEAD",status="200"} 1"#,
        r#"{route="/words/{word}",method="POST",status="405"} 1"#,
        r#"{route="/words/{word}",method="other",status="405"} 1"#,
        r#"{route="none",method="GET",status="401"} 1"#,
        r#"{route="none",method="GET",status="404"} 1"#,
        r#"{route="none",method="GET",status="418"} 1"#,
    ];
    assert_eq!(counted, expected);
    let duration = r#"http_request_duration_seconds_count{route="/words/{word}",method="GET"} 2"#;
    assert!(answer.contains(duration), "{answer}");
    let bucket =
        r#"http_request_duration_seconds_bucket{route="/words/{word}",method="GET",le="10"} 2"#;
    assert!(answer.contains(bucket), "{answer}");
    assert!(!answer.contains("secret"), "{answer}");
}

#[test]
fn metrics_say_which_service_it_is_and_what_it_lacks() {
    let answers = shown(&["GET /metrics"]);
    let lines: BTreeSet<_> = answers[0].lines().collect();
    for line in [
        r#"service_info{service="an-api",version="1.2.3"} 1"#,
        "service_ready 0",
        r#"service_dependency_up{dependency="something"} 0"#,
    ] {
        assert!(lines.contains(line), "{line}\n{}", answers[0]);
    }
    #[cfg(feature = "store")]
    for line in [
        r#"service_dependency_up{dependency="database"} 1"#,
        "database_connections_max 1",
    ] {
        assert!(lines.contains(line), "{line}\n{}", answers[0]);
    }
    // The only connection may still be on its way back into the pool.
    #[cfg(feature = "store")]
    assert!(
        [(0, 1), (1, 0)].iter().any(|(idle, used)| {
            lines.contains(&*format!(r#"database_connections{{state="idle"}} {idle}"#))
                && lines.contains(&*format!(r#"database_connections{{state="used"}} {used}"#))
        }),
        "{}",
        answers[0]
    );
}

#[test]
fn there_is_nothing_else_on_that_port() {
    let answers = shown(&["POST /metrics", "GET /", "GET /health", "HEAD /metrics"]);
    let status = |answer: &String| answer.lines().next().unwrap_or_default().to_owned();
    let statuses: Vec<_> = answers.iter().map(status).collect();
    let not_found = "HTTP/1.1 404 Not Found";
    assert_eq!(
        statuses,
        [
            "HTTP/1.1 405 Method Not Allowed",
            not_found,
            not_found,
            "HTTP/1.1 200 OK"
        ]
    );
    assert!(
        answers[0].contains("\r\nallow: GET, HEAD\r\n"),
        "{answers:?}"
    );
    assert!(answers[3].ends_with("\r\n\r\n"), "{answers:?}");
    for answer in &answers {
        for header in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        ] {
            assert!(answer.lines().any(|line| line == header), "{answer}");
        }
    }
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_client_that_never_reads_metrics_is_cut_off() {
    let metrics = builder().unwrap().build_recorder().handle();
    let listener = bind(Ipv4Addr::LOCALHOST.into(), 0, "METRICS_ADDR").unwrap();
    let address = listener.local_addr().unwrap();
    show(listener, metrics, Duration::from_secs(1)).unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let requests = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let cut_off = async { while client.write_all(requests.as_bytes()).await.is_ok() {} };
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, cut_off).await.unwrap();
}
