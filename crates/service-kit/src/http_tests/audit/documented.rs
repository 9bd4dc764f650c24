//! The documented events and fields are those that are emitted, in the file and in the log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::log::listen;
use super::super::requests::{get, token, with_token};
use super::{Audited, creating, creator, post};
use crate::settings::LogFormat;

/// Returns the cells of the rows of the table whose first column is `head`.
fn rows(head: &str) -> Vec<Vec<String>> {
    let text = include_str!("../../../AUDIT.md");
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head} |")));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split(" | ");
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    };
    rows.map(cells).collect()
}

/// Emits events of every kind, and returns them as they are in the file and in the log.
async fn all() -> (Vec<Map<String, Value>>, Vec<Map<String, Value>>) {
    let (lines, _guard) = listen(LogFormat::Json, "warn");
    let audited = Audited::new();
    let other = with_token(post("/api/orgs/org_2/users"), &creator(&json!({})));
    for request in [
        get("/api/me"),
        get("/api/nothing"),
        with_token(get("/api/admin"), &token(&json!({}))),
        other,
        creating("ada"),
        creating("taken"),
        creating("broken"),
    ] {
        audited.event(request).await;
    }
    super::unanswered::hang_up(&audited).await;
    let object = |value: Value| value.as_object().unwrap().clone();
    let written = audited.written().await;
    let written = written
        .lines()
        .map(|line| object(serde_json::from_str(line).unwrap()));
    let logged = lines
        .json()
        .into_iter()
        .filter(|line| line["target"] == "audit");
    (written.collect(), logged.map(object).collect())
}

#[actix_web::test]
async fn every_documented_event_is_emitted_and_no_other() {
    let documented: BTreeSet<_> = rows("`audit.event`")
        .into_iter()
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    let text = |event: &Map<String, Value>, name: &str| event[name].as_str().unwrap().to_owned();
    let (written, _) = all().await;
    let emitted: BTreeSet<_> = written
        .iter()
        .map(|event| (text(event, "audit.event"), text(event, "audit.outcome")))
        .collect();
    assert_eq!(emitted, documented);
}

#[actix_web::test]
async fn every_documented_field_is_in_the_events_and_no_other() {
    let documented: BTreeMap<_, _> = rows("field")
        .into_iter()
        .map(|cells| (cells[0].clone(), (cells[1].clone(), cells[2].clone())))
        .collect();
    let (written, _) = all().await;
    let mut emitted = BTreeMap::new();
    for (name, value) in written.iter().flatten() {
        let kind = if value.is_number() { "number" } else { "text" };
        let count = written.iter().filter(|event| event.contains_key(name));
        let occurs = if count.count() == written.len() {
            "all"
        } else {
            "some"
        };
        emitted.insert(name.clone(), (kind.to_owned(), occurs.to_owned()));
    }
    // Every request of the tests comes over a connection with a log.
    for known in ["client.address", "request_id"] {
        emitted.insert(known.to_owned(), ("text".to_owned(), "some".to_owned()));
    }
    assert_eq!(emitted, documented);
}

#[actix_web::test]
async fn the_log_has_the_events_of_the_file() {
    let (written, logged) = all().await;
    assert_eq!(written.len(), logged.len());
    for (mut written, mut logged) in written.into_iter().zip(logged) {
        assert!(logged["timestamp"].is_string());
        assert_eq!(logged["level"], "INFO");
        let told = format!("audit: {}", written["audit.event"].as_str().unwrap());
        assert_eq!(logged["message"], told);
        for own in ["timestamp", "level", "message", "target", "span"] {
            logged.remove(own);
        }
        written.remove("time");
        assert_eq!(logged, written);
    }
}
